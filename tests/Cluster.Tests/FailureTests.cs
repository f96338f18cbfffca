using Conformance.Tests.Functions;
using Xunit.Abstractions;

namespace Cluster.Tests;

/// <summary>Nodes that die, hang, are cut off and come back, while callers go on calling. Rarer faults: <see cref="RareFaultTests"/>.</summary>
public sealed class FailureTests(ITestOutputHelper output) : FaultRig(output)
{
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_node_that_is_killed_costs_what_it_had_in_hand_and_its_functions_are_back_within_15_s(int victim)
    {
        await using var ledger = await OpenAsync();
        var killed = ledger.Now;
        await Cluster.Nodes[victim].KillAsync();
        await AllServedAsync(ledger);
        await Cluster.Nodes[victim].StartAsync();
        var failed = await CloseAsync($"kill -9 of the {(victim == 0 ? "oldest" : "youngest")} node", ledger, killed);

        // The caller's connection, or the worker: what the node had in hand.
        Assert.All(failed, entry => Assert.True(entry.Status is 0 or 500 && entry.Began < killed + TimeSpan.FromSeconds(1), $"{entry}"));
    }

    [Fact]
    public async Task A_rolling_restart_fails_no_request()
    {
        await using var ledger = await OpenAsync();
        var began = ledger.Now;
        foreach (var node in Cluster.Nodes)
        {
            await node.StopAsync();
            Assert.Equal(0, node.Process.ExitCode);
            await ledger.ServedAsync(50);
            await node.StartAsync();
            await ledger.ServedAsync(50);
        }

        Assert.Empty(await CloseAsync("rolling restart", ledger, began));
    }

    [Fact]
    public async Task A_node_that_hangs_for_ten_seconds_is_done_without_and_comes_back()
    {
        await using var ledger = await OpenAsync();
        var hung = ledger.Now;
        await Cluster.Nodes[1].Process.HangAsync();
        var looked = await Cluster.ListNodesAsync(0);
        Assert.Equal(2, looked.Nodes.Count);
        Assert.Contains(TestCluster.Akka(1), Assert.Single(looked.Unanswered));
        await AllServedAsync(ledger);
        await Cluster.Nodes[1].Process.WakeAsync();
        await Cluster.Nodes[1].Process.ExitedAsync(); // The others have gone on without it.
        await Cluster.Nodes[1].StartAsync();
        await CloseAsync("SIGSTOP until it is done without", ledger, hung);
    }

    [Fact]
    public async Task A_node_that_is_cut_off_says_so_within_seconds_and_the_others_go_on()
    {
        await using var ledger = await OpenAsync();
        var cut = ledger.Now;
        await ClusterNetwork.CutAsync([2], [0, 1]);
        await AllServedAsync(ledger);
        await Cluster.Nodes[2].Process.ExitedAsync();
        Assert.NotEqual(0, Cluster.Nodes[2].Process.ExitCode);
        await Cluster.Network.MendAsync();
        await Cluster.Nodes[2].StartAsync();
        await CloseAsync("partition 2\\|1", ledger, cut);
    }

    [Fact]
    public async Task After_all_nodes_were_killed_at_once_everything_is_there_again()
    {
        var function = await Cluster.CreateAsync(0, Source.Echo);
        (await function.InvokeAsync("1")).AssertSucceeded();
        await Task.WhenAll(Cluster.Nodes.Select(node => node.KillAsync()));
        await Task.WhenAll(Cluster.Nodes.Select(node => node.StartAsync()));
        for (var node = 0; node < 3; node++)
            Assert.Equal($"{node}", (await Cluster.Through(node, function).InvokeAsync($"{node}")).AssertSucceeded().Text);
    }
}
