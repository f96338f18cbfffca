using Conformance.Tests.Nodes;
using Xunit.Abstractions;

namespace Cluster.Tests;

/// <summary>Five nodes, cut in two.</summary>
public sealed class LargeClusterFaultTests(ITestOutputHelper output) : FaultRig(output)
{
    private protected override Task<TestCluster> StartAsync() => TestCluster.StartAsync(5, "--memory", "4096");

    [RareFact]
    public async Task Two_of_five_nodes_are_cut_off()
    {
        await using var ledger = await OpenAsync();
        await using var manager = new ServiceManager(Cluster.Nodes);
        var cut = ledger.Now;
        await ClusterNetwork.CutAsync([3, 4], [0, 1, 2]);
        await Patience.UntilAsync(async () => (await Cluster.Nodes[3].GetAsync("readyz")).Status == 503 && (await Cluster.Nodes[4].GetAsync("readyz")).Status == 503, "the minority says that it does not serve");
        Assert.InRange((ledger.Now - cut).TotalSeconds, 0, 20);
        await Patience.UntilAsync(() => manager.Starts == 2, "the minority ends");
        await AllServedAsync(ledger);
        await Cluster.Network.MendAsync();
        await AllReadyAsync();
        await CloseAsync("partition 3\\|2", ledger, cut);
    }
}
