using System.Diagnostics;
using Akka.Actor;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Inspection;
using Hearth.Node.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Hearth.Node.Tests.Inspection;

/// <summary>Three nodes of one cluster: one with functions' actors, one that has only a proxy and asks, and one that does not answer.</summary>
public sealed class InspectionCluster : IAsyncLifetime
{
    internal InspectionNode Control { get; } = InspectionNode.Start("control-1");

    internal InspectionNode Gateway { get; } = InspectionNode.Start("gateway-1", hasRegion: false);

    internal InspectionNode Silent { get; } = InspectionNode.Start("silent-1", answers: false, hasRegion: false);

    public Task InitializeAsync() => InspectionNode.FormAsync(Control, Gateway, Silent);

    public Task DisposeAsync() => Task.WhenAll(Silent.DisposeAsync().AsTask(), Gateway.DisposeAsync().AsTask(), Control.DisposeAsync().AsTask());
}

public sealed class ClusterInspectorTests(InspectionCluster cluster) : IClassFixture<InspectionCluster>
{
    private readonly InspectionNode _control = cluster.Control, _gateway = cluster.Gateway, _silent = cluster.Silent;

    private ClusterInspector Inspector => _gateway.Inspector;

    [Fact]
    public async Task A_look_at_all_nodes_names_the_one_that_does_not_answer_and_does_not_wait_for_it_for_long()
    {
        var began = Stopwatch.GetTimestamp();
        var nodes = await Inspector.NodesAsync();
        var took = Stopwatch.GetElapsedTime(began);
        Assert.Equal(["control-1", "gateway-1"], nodes.Nodes.Select(node => node.NodeId));
        Assert.Equal([_silent.Address], nodes.Unanswered);

        // Its deadline is 1.5 s; the rest is for a machine that is busy.
        Assert.InRange(took, ClusterInspector.AnswerDeadline - TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Members_are_shown_with_what_each_tells_of_itself()
    {
        var cluster = await Inspector.ShowAsync();
        Assert.Equal(3, cluster.Members.Count);
        Assert.All(cluster.Members, member => Assert.Equal(("Up", true), (member.Status, member.Reachable)));
        Assert.Single(cluster.Members, member => member.Leader);
        var control = cluster.Members.Single(member => member.Address == _control.Address);
        Assert.Equal(("control-1", "control"), (control.NodeId, Assert.Single(control.Roles)));
        Assert.NotNull(control.UpSince);
        var silent = cluster.Members.Single(member => member.Address == _silent.Address);
        Assert.Null(silent.NodeId);
        Assert.Equal([_silent.Address], cluster.Unanswered);
    }

    [Fact]
    public async Task A_node_is_found_by_its_id_its_address_its_port_and_as_itself()
    {
        Assert.Equal(_control.Address, (await Inspector.FindAsync("CONTROL-1")).Address);
        Assert.Equal(_control.Address, (await Inspector.FindAsync(_control.Address)).Address);
        Assert.Equal(_control.Address, (await Inspector.FindAsync($"127.0.0.1:{_control.Cluster.SelfAddress.Port}")).Address);
        Assert.Equal(_gateway.Address, (await Inspector.FindAsync("self")).Address);
        var (_, error) = await Inspector.FindAsync("silent-1");
        Assert.Equal(ErrorCode.ResourceNotFound, error!.Code);
        Assert.Contains(_silent.Address, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_with_a_proxy_alone_asks_one_that_has_the_region()
    {
        _gateway.Region.Tell(new DescribeFunction("hello"));
        await EventuallyAsync(async () => (await Inspector.LocateAsync("hello")).Awake, "the function's actor is awake");
        var location = await Inspector.LocateAsync("hello");
        Assert.Equal(_control.Address, location.Address);
        Assert.Equal([_control.Address], Assert.Single((await Inspector.RegionsAsync()).Regions).Addresses);
        var statistics = Assert.Single((await Inspector.StatisticsAsync()).Regions);
        Assert.Equal((_control.Address, 1, 1), (statistics.Address, statistics.Shards, statistics.Entities));
        var shard = Assert.Single((await Inspector.ShardsAsync("function")).Shards!.Shards);
        Assert.Equal((location.ShardId, _control.Address, 1), (shard.ShardId, shard.Address, shard.Entities));
        Assert.Equal(ErrorCode.ResourceNotFound, (await Inspector.ShardsAsync("functions")).Error!.Code);
    }

    [Fact]
    public async Task Actors_of_another_node_are_walked_to_the_depth_that_is_asked_for()
    {
        var (listed, _) = await Inspector.ActorsAsync(_control.Address, 2);
        Assert.Equal("control-1", listed!.NodeId);
        Assert.Equal((0, "/"), (listed.Actors[0].Depth, listed.Actors[0].Name));
        Assert.Equal(2, listed.Actors.Max(actor => actor.Depth));
        var user = listed.Actors.Select((actor, index) => (actor, index)).Single(pair => pair.actor is { Depth: 1, Name: "user" }).index;
        Assert.Contains(listed.Actors.Skip(user + 1).TakeWhile(actor => actor.Depth == 2), actor => actor.Name == "inspection");
        Assert.Equal(ErrorCode.ServiceUnavailable, (await Inspector.ActorsAsync(_silent.Address, 2)).Error!.Code);
    }

    [Fact]
    public async Task The_log_of_another_node_is_followed_from_a_level_on()
    {
        var logger = _control.Log.CreateLogger("tests");
        logger.LogInformation("too low");
        logger.LogWarning("first");
        await using var lines = Inspector.FollowLogAsync(_control.Address, LogLevel.Warning, default).GetAsyncEnumerator();
        Assert.True(await Eventually.Result(lines.MoveNextAsync().AsTask()));
        Assert.Equal(("control-1", "Warning", "tests", "first"), (lines.Current.NodeId, lines.Current.Level, lines.Current.Source, lines.Current.Message));
        logger.LogError("second");
        Assert.True(await Eventually.Result(lines.MoveNextAsync().AsTask()));
        Assert.Equal("second", lines.Current.Message);
    }

    [Fact]
    public async Task A_node_that_is_drained_answers_and_then_stops()
    {
        var (drain, _) = await Inspector.DrainAsync(_control.Address);
        Assert.Equal("control-1", drain!.NodeId);
        await Eventually.Ends(_control.Stopped.Task);
        Assert.True((await Inspector.NodeAsync(_control.Address)).Node!.Draining);
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition, string what)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await condition())
            Assert.False(late.IsCancellationRequested, what);
    }
}
