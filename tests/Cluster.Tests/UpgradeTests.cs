using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Xunit.Abstractions;

namespace Cluster.Tests;

/// <summary>A cluster of the version before becomes one of this version, a node at a time, while callers go on calling.</summary>
public sealed class UpgradeTests(ITestOutputHelper output) : FaultRig(output)
{
    private static string? Before => NodeBeforeFactAttribute.Program;

    private protected override Task<TestCluster> StartAsync() => TestCluster.StartAsync([.. Enumerable.Repeat<string[]>(["--memory", "4096"], 3)], Before);

    [NodeBeforeFact]
    public async Task An_upgrade_and_the_rollback_of_a_node_fail_no_request_and_both_versions_serve_together()
    {
        await using var ledger = await OpenAsync();
        var began = ledger.Now;
        foreach (var node in Cluster.Nodes)
            await ChangeAsync(ledger, node, to: null);

        // Those that came first and last since: whoever decides for all is of the one version, then of the other.
        foreach (var node in new[] { Cluster.Nodes[0], Cluster.Nodes[2] })
        {
            await ChangeAsync(ledger, node, to: Before);
            await ChangeAsync(ledger, node, to: null);
        }

        var failed = await CloseAsync("rolling upgrade, and two nodes that go back", ledger, began);
        Output.WriteLine($"slowest answer {ledger.Entries.Max(entry => (entry.Ended - entry.Began).TotalSeconds):F1} s");
        Assert.Empty(failed);
    }

    private async Task ChangeAsync(Ledger ledger, Node node, string? to)
    {
        await node.StopAsync();
        Assert.Equal(0, node.Process.ExitCode);
        await ledger.ServedAsync(50);
        node.Program = to;
        await node.StartAsync();
        await ledger.ServedAsync(50);
        await AssertOneSystemAsync();
    }

    // Whichever of the nodes makes a function, changes it or asks, the others know of it.
    private async Task AssertOneSystemAsync()
    {
        for (var made = 0; made < Cluster.Nodes.Count; made++)
        {
            var function = await Cluster.CreateAsync(made, Source.Echo);
            for (var node = 0; node < Cluster.Nodes.Count; node++)
                Assert.Equal($"{node}", (await Cluster.Through(node, function).InvokeAsync($"{node}")).AssertSucceeded().Text);
            await Cluster.Through((made + 1) % 3, function).UpdateCodeAsync(Source.Python("def handler(event, context): return 'second'"));
            for (var node = 0; node < Cluster.Nodes.Count; node++)
                Assert.Equal("\"second\"", (await Cluster.Through(node, function).InvokeAsync()).AssertSucceeded().Text);
            await Cluster.Through((made + 2) % 3, function).DeleteAsync();
        }
    }
}
