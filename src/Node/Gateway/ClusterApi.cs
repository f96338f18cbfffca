using Hearth.Contracts.Api;
using Hearth.Contracts.Errors;
using Hearth.Node.Inspection;

namespace Hearth.Node.Gateway;

/// <summary>The cluster's members and shards: <c>/hearth/v1/cluster</c> and <c>/hearth/v1/sharding</c>.</summary>
internal sealed class ClusterApi(ClusterInspector cluster, FunctionNames names, IHostApplicationLifetime lifetime)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(NodeApi.Cluster, async context => await ApiReplies.WriteAsync(
            context, StatusCodes.Status200OK, await cluster.ShowAsync(), ApiJson.Relaxed.ShowClusterResponse));
        routes.MapGet(NodeApi.ClusterStatus, context => ApiReplies.WriteAsync(
            context, StatusCodes.Status200OK, cluster.Status(), ApiJson.Relaxed.ClusterStatusResponse));
        routes.MapGet(NodeApi.ClusterEvents, context => LineStream.WriteAsync(
            context, cluster.FollowEventsAsync, ApiJson.Relaxed.ClusterEventLine, lifetime.ApplicationStopping));
        routes.MapPost(NodeApi.ClusterLeave, context => ChangeAsync(context, cluster.Leave(LineStream.Text(context, "address"))));
        routes.MapPost(NodeApi.ClusterDown, context => ChangeAsync(context, LineStream.Text(context, "address") is { } address
            ? cluster.Down(address)
            : (null, RequestError.InvalidParameter("address is missing: which member is gone?"))));
        routes.MapGet(NodeApi.ShardRegions, async context => await ApiReplies.WriteAsync(
            context, StatusCodes.Status200OK, await cluster.RegionsAsync(), ApiJson.Relaxed.ListRegionsResponse));
        routes.MapGet(NodeApi.ShardingStatistics, async context => await ApiReplies.WriteAsync(
            context, StatusCodes.Status200OK, await cluster.StatisticsAsync(), ApiJson.Relaxed.ShardingStatisticsResponse));
        routes.MapGet(NodeApi.Shards, ShardsAsync);
        routes.MapGet(NodeApi.LocateFunction, LocateAsync);
    }

    private static Task ChangeAsync(HttpContext context, (ClusterChangeResponse? Change, RequestError? Error) change) =>
        ApiReplies.WriteAsync(context, StatusCodes.Status202Accepted, change, ApiJson.Relaxed.ClusterChangeResponse);

    private async Task ShardsAsync(HttpContext context) => await ApiReplies.WriteAsync(
        context, StatusCodes.Status200OK, await cluster.ShardsAsync(LineStream.Text(context, "region")), ApiJson.Relaxed.ListShardsResponse);

    private async Task LocateAsync(HttpContext context)
    {
        var (reference, error) = names.Resolve(LineStream.Text(context, "function") ?? "");
        await (error is null
            ? ApiReplies.WriteAsync(context, StatusCodes.Status200OK, await cluster.LocateAsync(reference!.Name), ApiJson.Relaxed.FunctionLocation)
            : ApiReplies.WriteErrorAsync(context, error));
    }
}
