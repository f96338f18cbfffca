using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Hearth.Contracts.Api;
using Hearth.Contracts.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Hearth.Client.Tests.Fakes;

/// <summary>The cluster that a <see cref="FakeNode"/> is a member of: two nodes that answer, and as many that do not as a test says.</summary>
public sealed class FakeCluster
{
    public const string First = "akka.tcp://hearth@10.0.0.1:9071", Second = "akka.tcp://hearth@10.0.0.2:9071";

    private static readonly DateTimeOffset Since = new(2026, 1, 29, 5, 30, 0, TimeSpan.Zero);

    public List<string> Unanswered { get; } = [];

    public List<string> Drained { get; } = [];

    public List<string> Killed { get; } = [];

    public List<ClusterEventLine> Events { get; } = [new(Since, "MemberUp", First, ["control"]), new(Since, "LeaderChanged", null)];

    public List<NodeLogLine> Log { get; } = [new(Since, "one", "Warning", "akka://hearth/user/worker", "A [red] text")];

    /// <summary>What a following reader gets after <see cref="Log"/> and <see cref="Events"/>.</summary>
    public Channel<string> Later { get; } = Channel.CreateUnbounded<string>();

    public List<NodeDescription> Nodes { get; } =
    [
        new("one", First, ["control", "gateway"], "Up", "0.1.0", Since, Since.AddSeconds(2), 3, 384, 1_024, 0, 2, false, Since.AddDays(400)),
        new("two", Second, ["worker"], "Leaving", "0.1.0", Since.AddHours(52), null, 0, 0, 2_048, 1, 0, true, Since.AddDays(12)),
    ];

    private List<MemberDescription> Members { get; } =
    [
        new(First, ["control", "gateway"], "Up", true, true, "one", Since),
        new(Second, ["worker"], "Leaving", false, false),
    ];

    internal void Map(WebApplication app)
    {
        app.MapGet(NodeApi.Cluster, () => Json(new ShowClusterResponse(Members, Unanswered), ApiJson.Relaxed.ShowClusterResponse));
        app.MapGet(NodeApi.ClusterStatus, () => Json(
            new ClusterStatusResponse(First, "Up", First, new Dictionary<string, string> { ["control"] = First }, [Second], false, Members), ApiJson.Relaxed.ClusterStatusResponse));
        app.MapGet(NodeApi.ClusterEvents, context => FollowAsync(context, Events, ApiJson.Relaxed.ClusterEventLine));
        app.MapPost(NodeApi.ClusterLeave, (string? address) => Change(address ?? First, "leave"));
        app.MapPost(NodeApi.ClusterDown, (string? address) => Change(address!, "down"));
        app.MapGet(NodeApi.ShardRegions, () => Json(new ListRegionsResponse([new("function", [First, Second])], Unanswered), ApiJson.Relaxed.ListRegionsResponse));
        app.MapGet(NodeApi.Shards, (string? region) => region is null or "function"
            ? Json(new ListShardsResponse([new("function", "7", First, 12), new("function", "23", Second, 0)], ["function/9"], Unanswered), ApiJson.Relaxed.ListShardsResponse)
            : FakeRoutes.Refuse(new RequestError(ErrorCode.ResourceNotFound, $"There is no shard region '{region}'.")));
        app.MapGet(NodeApi.ShardingStatistics, () => Json(
            new ShardingStatisticsResponse([new("function", First, 60, 400, []), new("function", Second, 40, 300, ["9"])], Unanswered), ApiJson.Relaxed.ShardingStatisticsResponse));
        app.MapGet(NodeApi.LocateFunction, (string function) => Json(new FunctionLocation(function, "function", "7", First, true, Unanswered), ApiJson.Relaxed.FunctionLocation));
        app.MapGet(NodeApi.Nodes, () => Json(new ListNodesResponse(Nodes, Unanswered), ApiJson.Relaxed.ListNodesResponse));
        app.MapGet(NodeApi.Node("{node}"), (string node) => Found(node, found => Json(found, ApiJson.Relaxed.NodeDescription)));
        app.MapPost(NodeApi.DrainNode("{node}"), (string node) => Found(node, found =>
        {
            Drained.Add(found.NodeId);
            return Json(new DrainNodeResponse(found.NodeId, found.Address), ApiJson.Relaxed.DrainNodeResponse);
        }));
        app.MapGet(NodeApi.Actors("{node}"), (string node) => Found(node, found => Json(
            new ListActorsResponse(found.NodeId, found.Address, [new(0, "/", 2), new(1, "user", 1), new(2, "worker", 0)], 4), ApiJson.Relaxed.ListActorsResponse)));
        app.MapGet(NodeApi.NodeLog("{node}"), context => FollowAsync(context, Log, ApiJson.Relaxed.NodeLogLine));
        app.MapGet(NodeApi.AllEnvironments, (string? node, string? function) => Json(
            new ListNodeEnvironmentsResponse(
                [
                    new("env-1", "hello", "one", "Invoking", 128, Since, Since, "request-1", "sandbox-1"),
                    new("env-2", "other", "two", "Frozen", 256, Since, Since),
                ],
                Unanswered, Unanswered),
            ApiJson.Relaxed.ListNodeEnvironmentsResponse));
        app.MapDelete(NodeApi.Environment("{id}"), (string id) =>
        {
            if (id != "env-1") return FakeRoutes.Refuse(new RequestError(ErrorCode.ResourceNotFound, $"No node has an execution environment '{id}'."));
            Killed.Add(id);
            return Json(new KillEnvironmentResponse(id, "one"), ApiJson.Relaxed.KillEnvironmentResponse);
        });
        app.MapGet(NodeApi.FunctionLoads, () => Json(new ListFunctionLoadsResponse([new("hello", 2, 3, 1, 384), new("other", 0, 1, 0, 256)], Unanswered), ApiJson.Relaxed.ListFunctionLoadsResponse));
    }

    private IResult Found(string name, Func<NodeDescription, IResult> answer) =>
        Nodes.FirstOrDefault(node => node.NodeId == name || name == NodeApi.Self) is { } found
            ? answer(found)
            : FakeRoutes.Refuse(new RequestError(ErrorCode.ResourceNotFound, $"No node is called '{name}'."));

    private IResult Change(string address, string change) => Members.Any(member => member.Address == address)
        ? Json(new ClusterChangeResponse(address, change), ApiJson.Relaxed.ClusterChangeResponse)
        : FakeRoutes.Refuse(new RequestError(ErrorCode.ResourceNotFound, $"No member of the cluster has the address '{address}'."));

    private async Task FollowAsync<T>(HttpContext context, List<T> lines, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/x-ndjson";
        foreach (var line in lines) await context.Response.WriteAsync(JsonSerializer.Serialize(line, type) + "\n");
        await context.Response.Body.FlushAsync();
        await foreach (var line in Later.Reader.ReadAllAsync(context.RequestAborted))
        {
            await context.Response.WriteAsync(line + "\n");
            await context.Response.Body.FlushAsync();
        }
    }

    private static IResult Json<T>(T value, JsonTypeInfo<T> type) => Results.Text(JsonSerializer.Serialize(value, type), "application/json");
}
