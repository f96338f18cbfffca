namespace Hearth.Contracts.Api;

/// <summary>
/// Hearth's own endpoints, beside the Lambda API on the same port:
/// <c>GET /hearth/v1/runtimes</c>, <c>GET /hearth/v1/blanks</c>, <c>GET /hearth/v1/egress</c>, <c>GET /hearth/v1/functions/{name}/environments</c> and
/// <c>GET /hearth/v1/functions/{name}/logs?since=…&amp;limit=…&amp;follow=true</c>; and <c>GET /metrics</c>, for Prometheus.
/// Those of a cluster ask every node, and name the ones that did not answer: <c>GET /hearth/v1/cluster</c>, <c>…/cluster/status</c>,
/// <c>…/cluster/events</c>, <c>POST …/cluster/leave</c>, <c>…/cluster/down</c>; <c>GET …/sharding/regions</c>, <c>…/shards</c>,
/// <c>…/stats</c>, <c>…/locate</c>; <c>GET …/nodes</c>, <c>…/nodes/{node}</c>, <c>…/nodes/{node}/actors</c>, <c>…/nodes/{node}/log</c>,
/// <c>POST …/nodes/{node}/drain</c>; <c>GET …/environments</c>, <c>DELETE …/environments/{id}</c>; <c>GET …/loads</c>.
/// These, blanks and egress are for operators: on the node's own machine, or over HTTPS with a certificate of the cluster's authority.
/// A node is named by its id, by its address, or by the <c>host:port</c> of it; <c>self</c> is the one that is asked.
/// </summary>
public static class NodeApi
{
    public const string Runtimes = "/hearth/v1/runtimes";

    /// <summary>The sandboxes that wait for a function.</summary>
    public const string Blanks = "/hearth/v1/blanks";

    /// <summary>What functions are granted of the network; <c>?function=NAME</c> for the one grant that holds for a function.</summary>
    public const string Egress = "/hearth/v1/egress";

    /// <summary>In Prometheus's text format, where its scrapers look.</summary>
    public const string Metrics = "/metrics";

    /// <summary>The cluster's members.</summary>
    public const string Cluster = "/hearth/v1/cluster";

    /// <summary>The cluster as the asked node sees it.</summary>
    public const string ClusterStatus = "/hearth/v1/cluster/status";

    /// <summary>Membership events as they come, until the caller goes.</summary>
    public const string ClusterEvents = "/hearth/v1/cluster/events";

    /// <summary><c>?address=ADDRESS</c>; without one the asked node leaves.</summary>
    public const string ClusterLeave = "/hearth/v1/cluster/leave";

    /// <summary><c>?address=ADDRESS</c>.</summary>
    public const string ClusterDown = "/hearth/v1/cluster/down";

    /// <summary>What the paths of shards begin with.</summary>
    public const string Sharding = "/hearth/v1/sharding";

    public const string ShardRegions = "/hearth/v1/sharding/regions";

    /// <summary><c>?region=NAME</c> for the shards of one region.</summary>
    public const string Shards = "/hearth/v1/sharding/shards";

    public const string ShardingStatistics = "/hearth/v1/sharding/stats";

    /// <summary><c>?function=NAME</c>.</summary>
    public const string LocateFunction = "/hearth/v1/sharding/locate";

    public const string Nodes = "/hearth/v1/nodes";

    /// <summary>Every node's execution environments; <c>?node=NODE</c> and <c>?function=NAME</c> for some of them.</summary>
    public const string AllEnvironments = "/hearth/v1/environments";

    /// <summary>What functions keep busy, on all nodes together.</summary>
    public const string FunctionLoads = "/hearth/v1/loads";

    /// <summary>The asked node, where one is named.</summary>
    public const string Self = "self";

    /// <summary>One execution environment, wherever it is.</summary>
    public static string Environment(string environmentId) => $"{AllEnvironments}/{environmentId}";

    public static string Node(string node) => $"{Nodes}/{node}";

    public static string DrainNode(string node) => $"{Nodes}/{node}/drain";

    /// <summary><c>?depth=N</c>, 1 to 10.</summary>
    public static string Actors(string node) => $"{Nodes}/{node}/actors";

    /// <summary><c>?level=LEVEL</c> for lines of at least that level; goes on until the caller goes.</summary>
    public static string NodeLog(string node) => $"{Nodes}/{node}/log";

    public static string Environments(string functionName) => $"/hearth/v1/functions/{functionName}/environments";

    public static string Logs(string functionName) => $"/hearth/v1/functions/{functionName}/logs";
}

/// <summary>One runtime identifier and what serves it on the node.</summary>
/// <param name="Identifier">AWS's identifier, as <c>python3.11</c>.</param>
/// <param name="Family">The folder under <c>runtimes/</c>.</param>
/// <param name="Interpreter">The program that runs it, with its version; null for <c>provided</c>.</param>
public sealed record RuntimeDescription(string Identifier, string Family, string? Interpreter);

public sealed record ListRuntimesResponse(string Node, string Sandbox, IReadOnlyList<RuntimeDescription> Runtimes);

/// <summary>How many sandboxes wait for a function of this runtime.</summary>
/// <param name="Ready">Their runtime process is up.</param>
/// <param name="Starting">Being made.</param>
/// <param name="MemoryMib">The one memory size of functions they do for; null where their runtime's process does for many sizes.</param>
public sealed record BlankDescription(string Runtime, int Ready, int Starting, int? MemoryMib = null);

public sealed record ListBlanksResponse(IReadOnlyList<BlankDescription> Blanks);

/// <summary>What the functions of one pattern may reach.</summary>
/// <param name="Pattern">A function's name, or the beginning of names followed by <c>*</c>.</param>
/// <param name="Reaches"><c>internet</c>, and addresses as <c>10.20.0.0/16 tcp 5432</c>; empty for no network.</param>
public sealed record EgressDescription(string Pattern, IReadOnlyList<string> Reaches);

/// <param name="File">Where the node reads the grants.</param>
/// <param name="Grants">Without one, a function has no network.</param>
/// <param name="Resolvers">The name servers of functions with a grant.</param>
/// <param name="Never">What no grant reaches, beside the machine itself, other sandboxes and link-local addresses.</param>
public sealed record ListEgressResponse(
    string File, IReadOnlyList<EgressDescription> Grants, IReadOnlyList<string> Resolvers, IReadOnlyList<string> Never);

/// <summary>One execution environment as <c>hearth show</c> prints it.</summary>
/// <param name="State">Leased or Idle.</param>
/// <param name="Invocations">Invocations it was leased for so far.</param>
/// <param name="IdleSince">When its last lease ended; null while leased.</param>
/// <param name="Sandbox">What its processes, mounts and control groups are named by on the node; null while there is none.</param>
/// <param name="Start">How its latest start went; null before it was made.</param>
public sealed record EnvironmentDescription(
    string EnvironmentId, string State, long Invocations, DateTimeOffset StartedAt, DateTimeOffset? IdleSince, string? Sandbox = null, EnvironmentStart? Start = null);

/// <summary>Where the time of a cold start went, in milliseconds.</summary>
/// <param name="Blank">Whether a sandbox with a waiting runtime process was there.</param>
/// <param name="PlacementMs">From the function's decision to start it until its worker had it; by two machines' clocks where they are two.</param>
/// <param name="QueueMs">Until its memory was reserved.</param>
/// <param name="PackageMs">Until its code lay extracted on the node.</param>
/// <param name="SandboxMs">Making the sandbox, or assigning the waiting one.</param>
/// <param name="InitMs">Loading the function; null while it is loaded.</param>
public sealed record EnvironmentStart(bool Blank, double PlacementMs, double QueueMs, double PackageMs, double SandboxMs, double? InitMs);

public sealed record ListEnvironmentsResponse(string FunctionName, int ConcurrencyLimit, IReadOnlyList<EnvironmentDescription> Environments);

/// <summary>
/// One line of a function's log. The endpoint answers newline-delimited JSON, oldest first; with <c>follow=true</c>
/// it stays open and sends lines as they are written.
/// </summary>
/// <param name="Timestamp">When the node read the line.</param>
/// <param name="Stream">The log stream: one an execution environment.</param>
/// <param name="Message">The line, without its newline.</param>
public sealed record LogLine(DateTimeOffset Timestamp, string Stream, string Message);
