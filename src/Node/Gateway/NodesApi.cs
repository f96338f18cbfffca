using Hearth.Contracts.Api;
using Hearth.Contracts.Errors;
using Hearth.Node.Inspection;

namespace Hearth.Node.Gateway;

/// <summary>The nodes and what runs on them: <c>/hearth/v1/nodes</c>, <c>/hearth/v1/environments</c> and <c>/hearth/v1/loads</c>.</summary>
internal sealed class NodesApi(ClusterInspector cluster, FunctionNames names, IHostApplicationLifetime lifetime)
{
    private const int DefaultDepth = 4, MaxDepth = 10;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(NodeApi.Nodes, async context => await ApiReplies.WriteAsync(
            context, StatusCodes.Status200OK, await cluster.NodesAsync(), ApiJson.Relaxed.ListNodesResponse));
        routes.MapGet(NodeApi.Node("{node}"), NodeAsync);
        routes.MapPost(NodeApi.DrainNode("{node}"), DrainAsync);
        routes.MapGet(NodeApi.Actors("{node}"), ActorsAsync);
        routes.MapGet(NodeApi.NodeLog("{node}"), LogAsync);
        routes.MapGet(NodeApi.AllEnvironments, EnvironmentsAsync);
        routes.MapDelete(NodeApi.Environment("{id}"), KillAsync);
        routes.MapGet(NodeApi.FunctionLoads, async context => await ApiReplies.WriteAsync(
            context, StatusCodes.Status200OK, await cluster.LoadsAsync(), ApiJson.Relaxed.ListFunctionLoadsResponse));
    }

    private async Task NodeAsync(HttpContext context)
    {
        var (address, error) = await FindAsync(context);
        await ApiReplies.WriteAsync(context, StatusCodes.Status200OK, error is null ? await cluster.NodeAsync(address!) : (null, error), ApiJson.Relaxed.NodeDescription);
    }

    private async Task DrainAsync(HttpContext context)
    {
        var (address, error) = await FindAsync(context);
        await ApiReplies.WriteAsync(
            context, StatusCodes.Status202Accepted, error is null ? await cluster.DrainAsync(address!) : (null, error), ApiJson.Relaxed.DrainNodeResponse);
    }

    private async Task ActorsAsync(HttpContext context)
    {
        var depth = DefaultDepth;
        var (address, error) = await FindAsync(context);
        if (LineStream.Text(context, "depth") is { } text && (!int.TryParse(text, out depth) || depth is < 1 or > MaxDepth))
            error = RequestError.InvalidParameter($"depth '{text}' is no number from 1 to {MaxDepth}.");
        await ApiReplies.WriteAsync(
            context, StatusCodes.Status200OK, error is null ? await cluster.ActorsAsync(address!, depth) : (null, error), ApiJson.Relaxed.ListActorsResponse);
    }

    private async Task LogAsync(HttpContext context)
    {
        var level = LogLevel.Information;
        var (address, error) = await FindAsync(context);
        if (LineStream.Text(context, "level") is { } text && !TryReadLevel(text, out level))
            error = RequestError.InvalidParameter($"level '{text}' is none of debug, information, warning, error and critical.");
        await (error is null
            ? LineStream.WriteAsync(context, stop => cluster.FollowLogAsync(address!, level, stop), ApiJson.Relaxed.NodeLogLine, lifetime.ApplicationStopping)
            : ApiReplies.WriteErrorAsync(context, error));
    }

    private async Task EnvironmentsAsync(HttpContext context)
    {
        string? address = null;
        RequestError? error = null;
        if (LineStream.Text(context, "node") is { } node)
            (address, error) = await cluster.FindAsync(node);
        string? function = null;
        if (error is null && LineStream.Text(context, "function") is { } name)
        {
            var (reference, bad) = names.Resolve(name);
            (function, error) = (reference?.Name, bad);
        }

        await (error is null
            ? ApiReplies.WriteAsync(context, StatusCodes.Status200OK, await cluster.EnvironmentsAsync(address, function), ApiJson.Relaxed.ListNodeEnvironmentsResponse)
            : ApiReplies.WriteErrorAsync(context, error));
    }

    private async Task KillAsync(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        await ApiReplies.WriteAsync(context, StatusCodes.Status200OK, await cluster.KillAsync(id), ApiJson.Relaxed.KillEnvironmentResponse);
    }

    // An address has a '//' in it, which stays escaped on its way here.
    private Task<(string? Address, RequestError? Error)> FindAsync(HttpContext context) =>
        cluster.FindAsync(Uri.UnescapeDataString((string)context.Request.RouteValues["node"]!));

    /// <summary>As a logger's level is called, in any case, or the short words for two of them.</summary>
    internal static bool TryReadLevel(string text, out LogLevel level)
    {
        (level, var known) = text.ToLowerInvariant() switch
        {
            "trace" => (LogLevel.Trace, true),
            "debug" => (LogLevel.Debug, true),
            "information" or "info" => (LogLevel.Information, true),
            "warning" or "warn" => (LogLevel.Warning, true),
            "error" => (LogLevel.Error, true),
            "critical" => (LogLevel.Critical, true),
            _ => (LogLevel.None, false),
        };
        return known;
    }
}
