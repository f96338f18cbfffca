namespace Hearth.Contracts.Api;

/// <summary>One member of the cluster, as the node that was asked sees it.</summary>
/// <param name="Address">As <c>akka.tcp://hearth@10.0.0.5:9071</c>.</param>
/// <param name="Status">Akka's: Joining, WeaklyUp, Up, Leaving, Exiting or Down.</param>
/// <param name="Reachable">False while its heartbeats do not arrive.</param>
/// <param name="Leader">Whether it carries out joins and leaves.</param>
/// <param name="NodeId">What leases and logs call the node; null where it was not asked or did not answer.</param>
/// <param name="UpSince">When it became a member by its own clock; null as above, and while it is none yet.</param>
public sealed record MemberDescription(
    string Address, IReadOnlyList<string> Roles, string Status, bool Reachable, bool Leader, string? NodeId = null, DateTimeOffset? UpSince = null);

/// <param name="Unanswered">The members that were asked and did not answer in time, by address.</param>
public sealed record ShowClusterResponse(IReadOnlyList<MemberDescription> Members, IReadOnlyList<string> Unanswered);

/// <summary>How one node sees the cluster, without asking any other.</summary>
/// <param name="Address">The node that was asked.</param>
/// <param name="Status">Its own, as a <see cref="MemberDescription"/>'s.</param>
/// <param name="Leader">An address; null while there is none.</param>
/// <param name="RoleLeaders">By role; a role without one is left out.</param>
/// <param name="Unreachable">Addresses.</param>
/// <param name="Converged">Whether every reachable member has seen this state and none is unreachable: only then do members come and go.</param>
public sealed record ClusterStatusResponse(
    string Address,
    string Status,
    string? Leader,
    IReadOnlyDictionary<string, string> RoleLeaders,
    IReadOnlyList<string> Unreachable,
    bool Converged,
    IReadOnlyList<MemberDescription> Members);

/// <summary>A member was told to leave, or was declared gone. It has not happened yet when this is answered.</summary>
/// <param name="Change">leave or down.</param>
public sealed record ClusterChangeResponse(string Address, string Change);

/// <summary>Something that happened to the cluster's membership, as newline-delimited JSON; the stream begins with how it is now.</summary>
/// <param name="Timestamp">When the node that was asked learned of it.</param>
/// <param name="Event">As MemberUp, MemberLeft, UnreachableMember, LeaderChanged.</param>
/// <param name="Address">Whom it is about; null for a leader that is none.</param>
public sealed record ClusterEventLine(DateTimeOffset Timestamp, string Event, string? Address, IReadOnlyList<string>? Roles = null);

/// <summary>One kind of sharded actors, and the nodes that have some.</summary>
/// <param name="Region">Its name, as <c>function</c>.</param>
/// <param name="Addresses">The nodes whose regions the coordinator knows.</param>
public sealed record RegionDescription(string Region, IReadOnlyList<string> Addresses);

public sealed record ListRegionsResponse(IReadOnlyList<RegionDescription> Regions, IReadOnlyList<string> Unanswered);

/// <summary>A shard and the node that has it.</summary>
/// <param name="Entities">Actors that are awake in it.</param>
public sealed record ShardDescription(string Region, string ShardId, string Address, int Entities);

/// <param name="Failed">Shards that did not answer their own region.</param>
public sealed record ListShardsResponse(IReadOnlyList<ShardDescription> Shards, IReadOnlyList<string> Failed, IReadOnlyList<string> Unanswered);

/// <summary>What one node has of a region.</summary>
public sealed record RegionStatistics(string Region, string Address, int Shards, int Entities, IReadOnlyList<string> Failed);

public sealed record ShardingStatisticsResponse(IReadOnlyList<RegionStatistics> Regions, IReadOnlyList<string> Unanswered);

/// <summary>Where a function's actor lives.</summary>
/// <param name="Address">The node that has its shard; null while no node has.</param>
/// <param name="Awake">Whether the actor runs; the first message wakes one that does not.</param>
public sealed record FunctionLocation(
    string FunctionName, string Region, string ShardId, string? Address, bool Awake, IReadOnlyList<string> Unanswered);
