using System.Text.Json.Serialization.Metadata;
using Hearth.Client.Http;
using Hearth.Contracts.Api;

namespace Hearth.Client;

/// <summary>
/// The cluster that the node is a member of. Where all nodes are asked, the answer comes within two seconds and names those that did
/// not answer. A node is named by its id, its address or the <c>host:port</c> of it; the one that is asked is meant where none is.
/// </summary>
public sealed partial class HearthClient
{
    /// <summary>The members, with when each joined.</summary>
    public Task<ShowClusterResponse> ShowClusterAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(NodeApi.Cluster, ApiJson.Relaxed.ShowClusterResponse, cancellationToken);

    /// <summary>The cluster as the node sees it, without asking any other.</summary>
    public Task<ClusterStatusResponse> GetClusterStatusAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(NodeApi.ClusterStatus, ApiJson.Relaxed.ClusterStatusResponse, cancellationToken);

    /// <summary>Asks a member to leave in order; answers before it has.</summary>
    public Task<ClusterChangeResponse> LeaveClusterAsync(string? address = null, CancellationToken cancellationToken = default) =>
        ChangeAsync(HttpMethod.Post, NodeApi.ClusterLeave + Query(("address", address)), ApiJson.Relaxed.ClusterChangeResponse, cancellationToken);

    /// <summary>Declares a member gone, for ever: for one whose machine does not run any more.</summary>
    public Task<ClusterChangeResponse> DownMemberAsync(string address, CancellationToken cancellationToken = default) =>
        ChangeAsync(HttpMethod.Post, NodeApi.ClusterDown + Query(("address", address)), ApiJson.Relaxed.ClusterChangeResponse, cancellationToken);

    /// <summary>The members as they are, then each change; ends only when cancelled or when the node goes.</summary>
    public IAsyncEnumerable<ClusterEventLine> ReadClusterEventsAsync(CancellationToken cancellationToken = default) =>
        ReadLinesAsync(NodeApi.ClusterEvents, ApiJson.Relaxed.ClusterEventLine, cancellationToken);

    /// <summary>The kinds of sharded actors, and which nodes have some.</summary>
    public Task<ListRegionsResponse> ListShardRegionsAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(NodeApi.ShardRegions, ApiJson.Relaxed.ListRegionsResponse, cancellationToken);

    /// <summary>The shards of a region, or of all, and which node has each.</summary>
    public Task<ListShardsResponse> ListShardsAsync(string? region = null, CancellationToken cancellationToken = default) =>
        ReadAsync(NodeApi.Shards + Query(("region", region)), ApiJson.Relaxed.ListShardsResponse, cancellationToken);

    /// <summary>How many shards and actors each node has.</summary>
    public Task<ShardingStatisticsResponse> GetShardingStatisticsAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(NodeApi.ShardingStatistics, ApiJson.Relaxed.ShardingStatisticsResponse, cancellationToken);

    /// <summary>Where a function's actor lives, or would; the function need not exist.</summary>
    public Task<FunctionLocation> LocateFunctionAsync(string function, CancellationToken cancellationToken = default) =>
        ReadAsync(NodeApi.LocateFunction + Query(("function", function)), ApiJson.Relaxed.FunctionLocation, cancellationToken);

    public Task<ListNodesResponse> ListNodesAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(NodeApi.Nodes, ApiJson.Relaxed.ListNodesResponse, cancellationToken);

    public Task<NodeDescription> GetNodeAsync(string? node = null, CancellationToken cancellationToken = default) =>
        ReadAsync(NodeApi.Node(NodeSegment(node)), ApiJson.Relaxed.NodeDescription, cancellationToken);

    /// <summary>Has a node end what runs, leave the cluster and stop; answers before it begins.</summary>
    public Task<DrainNodeResponse> DrainNodeAsync(string node, CancellationToken cancellationToken = default) =>
        ChangeAsync(HttpMethod.Post, NodeApi.DrainNode(NodeSegment(node)), ApiJson.Relaxed.DrainNodeResponse, cancellationToken);

    /// <summary>The execution environments of all nodes and functions, or of one node or function.</summary>
    public Task<ListNodeEnvironmentsResponse> ListAllEnvironmentsAsync(
        string? node = null, string? function = null, CancellationToken cancellationToken = default) =>
        ReadAsync(NodeApi.AllEnvironments + Query(("node", node), ("function", function)), ApiJson.Relaxed.ListNodeEnvironmentsResponse, cancellationToken);

    /// <summary>Ends an execution environment at once; an invocation that its function has fails.</summary>
    public Task<KillEnvironmentResponse> KillEnvironmentAsync(string environmentId, CancellationToken cancellationToken = default) =>
        ChangeAsync(HttpMethod.Delete, NodeApi.Environment(ApiPaths.Escape(environmentId)), ApiJson.Relaxed.KillEnvironmentResponse, cancellationToken);

    /// <summary>What functions keep busy at this moment, on all nodes together; the busiest first.</summary>
    public Task<ListFunctionLoadsResponse> ListFunctionLoadsAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(NodeApi.FunctionLoads, ApiJson.Relaxed.ListFunctionLoadsResponse, cancellationToken);

    /// <summary>A node's actors, each followed by its children.</summary>
    /// <param name="depth">Levels below the root, 1 to 10. Default: 4.</param>
    public Task<ListActorsResponse> ListActorsAsync(string? node = null, int? depth = null, CancellationToken cancellationToken = default) =>
        ReadAsync(NodeApi.Actors(NodeSegment(node)) + Query(("depth", depth?.ToString())), ApiJson.Relaxed.ListActorsResponse, cancellationToken);

    /// <summary>The newest lines of a node's own log, then those to come; ends when cancelled or when the node goes.</summary>
    /// <param name="level">The least: debug, information, warning, error or critical. Default: information.</param>
    public IAsyncEnumerable<NodeLogLine> ReadNodeLogAsync(string? node = null, string? level = null, CancellationToken cancellationToken = default) =>
        ReadLinesAsync(NodeApi.NodeLog(NodeSegment(node)) + Query(("level", level)), ApiJson.Relaxed.NodeLogLine, cancellationToken);

    // Not repeatable: the repetition of what was done finds nothing left to do it to.
    private Task<T> ChangeAsync<T>(HttpMethod method, string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(new ApiCall(method, path, _options.Timeout), type, cancellationToken);

    private static string NodeSegment(string? node) => node is null ? NodeApi.Self : ApiPaths.Escape(node);

    private static string Query(params IEnumerable<(string Name, string? Value)> parameters)
    {
        var given = parameters.Where(parameter => parameter.Value is not null).Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}");
        var query = string.Join('&', given);
        return query.Length == 0 ? "" : "?" + query;
    }
}
