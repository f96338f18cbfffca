namespace Hearth.Contracts.Api;

/// <summary>One node by its own account.</summary>
/// <param name="NodeId">What leases and logs call it.</param>
/// <param name="Status">Its member's, as a <see cref="MemberDescription"/>'s.</param>
/// <param name="StartedAt">Of its process.</param>
/// <param name="UpSince">When it became a member; null while it is none.</param>
/// <param name="Environments">Execution environments it has.</param>
/// <param name="MemoryReservedMib">Promised to environments; with <paramref name="MemoryTotalMib"/> 0 on a node without a worker.</param>
/// <param name="StartsWaiting">Starts that wait for memory, or for other starts.</param>
/// <param name="Blanks">Sandboxes that wait for a function.</param>
/// <param name="Draining">Whether it starts nothing more, and ends.</param>
/// <param name="CertificatesEndAt">When its certificate ends, or its authority's where that is sooner; null for a node that is alone.</param>
public sealed record NodeDescription(
    string NodeId,
    string Address,
    IReadOnlyList<string> Roles,
    string Status,
    string Version,
    DateTimeOffset StartedAt,
    DateTimeOffset? UpSince,
    int Environments,
    long MemoryReservedMib,
    long MemoryTotalMib,
    int StartsWaiting,
    int Blanks,
    bool Draining,
    DateTimeOffset? CertificatesEndAt = null);

/// <param name="Unanswered">The members that did not answer in time, by address.</param>
public sealed record ListNodesResponse(IReadOnlyList<NodeDescription> Nodes, IReadOnlyList<string> Unanswered);

/// <summary>A node was told to drain. It answers this before it begins.</summary>
public sealed record DrainNodeResponse(string NodeId, string Address);

/// <summary>One execution environment as its node has it, whosever function it runs.</summary>
/// <param name="State">Starting, Initializing, Idle, Frozen, Invoking, Streaming, Responded, Resetting or Stopping.</param>
/// <param name="LastUsed">When an invocation last came or ended.</param>
/// <param name="RequestId">Of the invocation it is leased for; null while idle.</param>
/// <param name="Sandbox">What its processes, mounts and control groups are named by on the node; null while there is none.</param>
public sealed record NodeEnvironment(
    string EnvironmentId,
    string FunctionName,
    string NodeId,
    string State,
    int MemoryMib,
    DateTimeOffset StartedAt,
    DateTimeOffset LastUsed,
    string? RequestId = null,
    string? Sandbox = null);

/// <param name="Incomplete">Nodes that have more than was read in time, by address.</param>
public sealed record ListNodeEnvironmentsResponse(
    IReadOnlyList<NodeEnvironment> Environments, IReadOnlyList<string> Unanswered, IReadOnlyList<string> Incomplete);

/// <param name="NodeId">The node that had it.</param>
public sealed record KillEnvironmentResponse(string EnvironmentId, string NodeId);

/// <summary>What a function keeps busy at one moment, on one node or on all.</summary>
/// <param name="InFlight">Invocations that hold an environment.</param>
/// <param name="Starting">Environments that are being made or load the function.</param>
public sealed record FunctionLoad(string FunctionName, int InFlight, int Environments, int Starting, long MemoryMib);

/// <param name="Functions">The busiest first.</param>
public sealed record ListFunctionLoadsResponse(IReadOnlyList<FunctionLoad> Functions, IReadOnlyList<string> Unanswered);

/// <summary>One actor of a node's tree.</summary>
/// <param name="Depth">0 for the guardian at the root.</param>
/// <param name="Children">How many it has, shown or not.</param>
public sealed record ActorLine(int Depth, string Name, int Children);

/// <param name="Actors">Each followed by its children.</param>
/// <param name="Omitted">Actors that were one too many for an answer.</param>
public sealed record ListActorsResponse(string NodeId, string Address, IReadOnlyList<ActorLine> Actors, int Omitted);

/// <summary>A line of a node's own log, as newline-delimited JSON.</summary>
/// <param name="Level">Debug, Information, Warning, Error or Critical.</param>
/// <param name="Source">Who logged it.</param>
public sealed record NodeLogLine(DateTimeOffset Timestamp, string NodeId, string Level, string Source, string Message);
