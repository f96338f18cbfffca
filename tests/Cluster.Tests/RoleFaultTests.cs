using Xunit.Abstractions;

namespace Cluster.Tests;

/// <summary>Nodes that have one role each, killed again and again.</summary>
public sealed class RoleFaultTests(ITestOutputHelper output) : FaultRig(output)
{
    // The first is the seed that forms the cluster, as in every cluster here.
    private static readonly string[] Roles = ["control", "control", "control", "gateway", "gateway", "worker", "worker"];

    private protected override Task<TestCluster> StartAsync() =>
        TestCluster.StartAsync([.. Roles.Select(role => new[] { "--roles", role, "--memory", "4096" })]);

    [RareTheory]
    [InlineData("control")]
    [InlineData("gateway")]
    [InlineData("worker")]
    public async Task A_node_of_one_role_is_killed(string role)
    {
        await using var ledger = await OpenAsync([Cluster.Nodes[3], Cluster.Nodes[4]]);
        var began = ledger.Now;
        var kills = new List<TimeSpan>();
        await using (new ServiceManager(Cluster.Nodes))
        {
            for (var round = 0; round < Rare.Rounds; round++)
            {
                var victims = Enumerable.Range(0, Roles.Length).Where(node => Roles[node] == role).ToList();
                kills.Add(ledger.Now);
                await Cluster.Nodes[victims[round % victims.Count]].Process.KillAsync();
                await AllServedAsync(ledger);
                await AllReadyAsync();
                await ledger.ServedAsync(100);
            }
        }

        var failed = await CloseAsync($"kill -9 of a {role}, {Rare.Rounds} rounds", ledger, began, kills);

        // What the node had in hand; and where the one of two workers is killed while the other, just back, is not known everywhere, there is none.
        Assert.All(failed, entry => Assert.True(
            entry.Status is 0 or 500 ? kills.Any(kill => entry.Began < kill + TimeSpan.FromSeconds(1) && entry.Ended > kill) : role == "worker" && entry.Text.Contains("No worker is there", StringComparison.Ordinal),
            $"{entry}"));
    }
}
