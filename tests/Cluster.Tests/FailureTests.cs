using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Xunit.Abstractions;

namespace Cluster.Tests;

/// <summary>Nodes that die, hang, are cut off and come back, while callers go on calling.</summary>
public sealed class FailureTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Functions = 6, Callers = 6;

    private TestCluster? _cluster;

    private TestCluster Cluster => _cluster!;

    public async Task InitializeAsync() => _cluster = await TestCluster.StartAsync(3, "--memory", "4096");

    public Task DisposeAsync() => Cluster.DisposeAsync().AsTask();

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_node_that_is_killed_costs_what_it_had_in_hand_and_its_functions_are_back_within_15_s(int victim)
    {
        await using var ledger = await OpenAsync();
        await ledger.ServedAsync(200);
        var killed = ledger.Now;
        await Cluster.Nodes[victim].KillAsync();
        await AllServedAsync(ledger);
        var back = ledger.Now;
        await Cluster.Nodes[victim].StartAsync();
        await ledger.ServedAsync(100);
        await ledger.CloseAsync();

        var failed = Report("kill -9", ledger, killed, back);

        // The caller's connection, or the worker: what the node had in hand.
        Assert.All(failed, entry => Assert.True(entry.Status is 0 or 500 && entry.Began < killed + TimeSpan.FromSeconds(1), $"{entry}"));
    }

    [Fact]
    public async Task A_rolling_restart_fails_no_request()
    {
        await using var ledger = await OpenAsync();
        await ledger.ServedAsync(200);
        var began = ledger.Now;
        foreach (var node in Cluster.Nodes)
        {
            await node.StopAsync();
            Assert.Equal(0, node.Process.ExitCode);
            await ledger.ServedAsync(50);
            await node.StartAsync();
            await ledger.ServedAsync(50);
        }

        var ended = ledger.Now;
        await ledger.CloseAsync();
        Assert.Empty(Report("rolling restart", ledger, began, ended));
    }

    [Fact]
    public async Task A_node_that_hangs_for_ten_seconds_is_done_without_and_comes_back()
    {
        await using var ledger = await OpenAsync();
        await ledger.ServedAsync(200);
        var hung = ledger.Now;
        await Cluster.Nodes[1].Process.HangAsync();
        var looked = await Cluster.Nodes[0].Client.ListNodesAsync();
        Assert.Equal(2, looked.Nodes.Count);
        Assert.Contains(TestCluster.Akka(1), Assert.Single(looked.Unanswered));
        await AllServedAsync(ledger);
        var back = ledger.Now;
        await Cluster.Nodes[1].Process.WakeAsync();
        await Cluster.Nodes[1].Process.ExitedAsync(); // The others have gone on without it.
        await Cluster.Nodes[1].StartAsync();
        await ledger.ServedAsync(100);
        await ledger.CloseAsync();
        Report("SIGSTOP", ledger, hung, back);
    }

    [Fact]
    public async Task A_node_that_is_cut_off_says_so_within_seconds_and_the_others_go_on()
    {
        await using var ledger = await OpenAsync();
        await ledger.ServedAsync(200);
        var cut = ledger.Now;
        await ClusterNetwork.CutAsync([2], [0, 1]);
        await AllServedAsync(ledger);
        var back = ledger.Now;
        await Cluster.Nodes[2].Process.ExitedAsync();
        Assert.NotEqual(0, Cluster.Nodes[2].Process.ExitCode);
        await Cluster.Network.MendAsync();
        await Cluster.Nodes[2].StartAsync();
        await ledger.ServedAsync(100);
        await ledger.CloseAsync();
        Report("partition 2|1", ledger, cut, back);
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

    private async Task<Ledger> OpenAsync()
    {
        var functions = new List<string>();
        for (var n = 0; n < Functions; n++)
            functions.Add((await Cluster.CreateAsync(n % 3, Source.Echo)).Name);
        return Ledger.Open(Cluster, functions, Callers);
    }

    // Every function has been answered three times since.
    private static Task AllServedAsync(Ledger ledger)
    {
        var since = ledger.Now;
        return Patience.UntilAsync(
            () => ledger.Entries.Where(entry => entry.Began > since && entry.Status == 200).GroupBy(entry => entry.Function).Count(function => function.Count() >= 3) == Functions,
            "every function answers again");
    }

    private List<LedgerEntry> Report(string fault, Ledger ledger, TimeSpan from, TimeSpan to)
    {
        var entries = ledger.Entries;
        var failed = entries.Where(entry => entry.Status != 200).ToList();
        output.WriteLine($"{fault}: normal after {(to - from).TotalSeconds:F1} s; {failed.Count} of {entries.Count} requests failed");
        foreach (var kind in failed.GroupBy(entry => (entry.Status, entry.Text)).Take(20))
            output.WriteLine($"  {kind.Count()} × {kind.Key.Status} from {(kind.Min(entry => entry.Began) - from).TotalSeconds:F1} to {(kind.Max(entry => entry.Ended) - from).TotalSeconds:F1} s, longest {kind.Max(entry => (entry.Ended - entry.Began).TotalSeconds):F1} s: {kind.Key.Text}");
        return failed;
    }
}
