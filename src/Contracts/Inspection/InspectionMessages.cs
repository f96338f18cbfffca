using Hearth.Contracts.Api;

namespace Hearth.Contracts.Inspection;

/// <summary>A question to one node's inspection actor. Every one is answered within a second, or not at all.</summary>
public interface IInspectionMessage;

/// <summary>Reply: <see cref="NodeDescribed"/>.</summary>
public sealed record DescribeNode : IInspectionMessage;

public sealed record NodeDescribed(NodeDescription Node);

/// <summary>Reply: <see cref="NodeEnvironmentsListed"/>.</summary>
/// <param name="FunctionName">Null for every function's.</param>
/// <param name="After">Environments whose ids come after this one; null from the first.</param>
public sealed record ListNodeEnvironments(string? FunctionName = null, string? After = null) : IInspectionMessage
{
    /// <summary>Environments in one answer: what fits the largest message between nodes.</summary>
    public const int PageSize = 250;
}

/// <param name="Environments">By id.</param>
/// <param name="More">Whether the node has others after these.</param>
public sealed record NodeEnvironmentsListed(IReadOnlyList<NodeEnvironment> Environments, bool More);

/// <summary>Ends an environment at once; a running invocation fails with it. Reply: <see cref="EnvironmentKillAnswered"/>.</summary>
public sealed record KillEnvironment(string EnvironmentId) : IInspectionMessage;

/// <param name="Killed">False where the node has no such environment.</param>
public sealed record EnvironmentKillAnswered(string EnvironmentId, string NodeId, bool Killed);

/// <summary>Reply: <see cref="FunctionLoadsListed"/>.</summary>
public sealed record ListFunctionLoads : IInspectionMessage
{
    /// <summary>Functions in one answer.</summary>
    public const int PageSize = 500;
}

/// <param name="Functions">The busiest of the node first.</param>
public sealed record FunctionLoadsListed(IReadOnlyList<FunctionLoad> Functions);

/// <summary>What the node's own regions have. Reply: <see cref="ShardsListed"/>.</summary>
/// <param name="Region">Null for all.</param>
/// <param name="EntityId">An entity to look for; null for none.</param>
public sealed record ListShards(string? Region = null, string? EntityId = null) : IInspectionMessage;

/// <param name="EntityShard">The shard that has the entity awake; null where none has.</param>
public sealed record ShardsListed(IReadOnlyList<ShardDescription> Shards, IReadOnlyList<string> Failed, string? EntityShard = null);

/// <summary>What the coordinators know of all regions, asked by a node that has one. Reply: <see cref="ShardingDescribed"/>.</summary>
public sealed record DescribeSharding : IInspectionMessage;

/// <param name="Regions">Empty on a node that only has proxies.</param>
public sealed record ShardingDescribed(IReadOnlyList<RegionDescription> Regions, IReadOnlyList<RegionStatistics> Statistics);

/// <summary>Reply: <see cref="ActorsListed"/>.</summary>
/// <param name="Depth">Levels below the root, from 1.</param>
public sealed record ListActors(int Depth) : IInspectionMessage
{
    /// <summary>Actors in one answer.</summary>
    public const int PageSize = 1_000;
}

public sealed record ActorsListed(ListActorsResponse Actors);

/// <summary>Reads the node's newest log lines. Reply: <see cref="NodeLogRead"/>.</summary>
/// <param name="After">What <see cref="NodeLogRead.Last"/> said; 0 for the first time.</param>
/// <param name="Level">The least level, as Debug or Warning.</param>
public sealed record ReadNodeLog(long After, string Level) : IInspectionMessage
{
    /// <summary>Lines in one answer.</summary>
    public const int PageSize = 100;
}

/// <param name="Last">The last line that was looked at.</param>
public sealed record NodeLogRead(IReadOnlyList<NodeLogLine> Lines, long Last);

/// <summary>Ends the node: what runs is finished, nothing more is started, and it leaves the cluster. Reply: <see cref="NodeDraining"/>, before it begins.</summary>
public sealed record DrainNode : IInspectionMessage;

public sealed record NodeDraining(string NodeId, string Address);
