using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Conformance.Tests.Tools;
using Hearth.Client;
using Xunit.Abstractions;

namespace Cluster.Tests;

/// <summary>Faults that take their time: run where <c>HEARTH_FAULTS=all</c>, as <c>deploy/test-faults.sh</c> does.</summary>
public sealed class RareFaultTests(ITestOutputHelper output) : FaultRig(output)
{
    [RareTheory]
    [InlineData(1)]
    [InlineData(60)]
    public async Task A_node_stands_still(int seconds)
    {
        await using var ledger = await OpenAsync();
        await using var manager = new ServiceManager(Cluster.Nodes);
        var hung = ledger.Now;
        await Cluster.Nodes[1].Process.HangAsync();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        await Cluster.Nodes[1].Process.WakeAsync();
        if (seconds > 30)
            await Patience.UntilAsync(() => manager.Starts == 1, "it ends, as the others have gone on without it");
        await AllReadyAsync();
        var failed = await CloseAsync($"SIGSTOP, {seconds} s", ledger, hung);
        if (seconds == 1)
            Assert.Equal((0, 0), (failed.Count, manager.Starts));
    }

    /// <summary>What one node sends does not arrive, or nothing arrives at it.</summary>
    [RareTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_link_works_in_one_direction_alone(bool isDeaf)
    {
        await using var ledger = await OpenAsync();
        await using var manager = new ServiceManager(Cluster.Nodes);
        var cut = ledger.Now;
        foreach (var other in new[] { 0, 1 })
            await ClusterNetwork.DropAsync(isDeaf ? 2 : other, isDeaf ? other : 2);
        await AllServedAsync(ledger);
        await Patience.UntilAsync(() => manager.Starts > 0, "the node ends that is cut off");
        await Cluster.Network.MendAsync();
        await AllReadyAsync();
        await CloseAsync(isDeaf ? "one-way: a node hears nobody" : "one-way: nobody hears a node", ledger, cut);
    }

    [RareFact]
    public async Task Two_nodes_do_not_reach_each_other_and_a_third_reaches_both()
    {
        await using var ledger = await OpenAsync();
        await using var manager = new ServiceManager(Cluster.Nodes);
        var cut = ledger.Now;
        await ClusterNetwork.CutAsync([0], [2]);
        await Patience.UntilAsync(() => manager.Starts > 0, "somebody is done without");
        await Cluster.Network.MendAsync();
        await AllReadyAsync();
        await AllServedAsync(ledger);
        await CloseAsync("partial: two of three do not reach each other", ledger, cut);
    }

    [RareFact]
    public async Task The_database_is_killed_and_started_again()
    {
        await using var ledger = await OpenAsync();
        var killed = ledger.Now;
        await Cluster.Server.KillAsync();
        await AllServedAsync(ledger); // What is warm goes on.
        Assert.Equal(503, await CreateAsync());
        await Task.Delay(TimeSpan.FromSeconds(30));
        await AllServedAsync(ledger);
        await Cluster.Server.StartAsync();
        var back = ledger.Now;
        await Patience.UntilAsync(async () => await CreateAsync() == 201, "changes are taken again");
        Assert.InRange((ledger.Now - back).TotalSeconds, 0, 10);
        Assert.Empty(await CloseAsync("PostgreSQL killed, away for 30 s", ledger, killed));

        async Task<int> CreateAsync()
        {
            try
            {
                await Cluster.Nodes[1].Client.CreateFunctionAsync(Source.Echo.Request(Node.NewName("late")));
                return 201;
            }
            catch (LambdaException refused)
            {
                Output.WriteLine($"{refused.HttpStatus}: {refused.Message}");
                return refused.HttpStatus;
            }
        }
    }

    [RareFact]
    public async Task A_node_has_no_room_for_packages()
    {
        var packages = Path.Combine(Cluster.Nodes[2].Data, "packages");
        await Cluster.Nodes[2].StopAsync();
        await Command.RunAsync("/bin/mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", packages);
        try
        {
            await Cluster.Nodes[2].StartAsync();
            await Command.TryRunAsync("/bin/dd", ["if=/dev/zero", $"of={Path.Combine(packages, "full")}", "bs=4096"]);
            await using var ledger = await OpenAsync([Cluster.Nodes[0], Cluster.Nodes[1]]); // Its functions are new: no node has them.
            var began = ledger.Now;
            await AllServedAsync(ledger);
            var crowded = await Cluster.CreateAsync(0, Source.Python("import time\ndef handler(event, context): time.sleep(1)"));
            var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(n => Cluster.Through(n % 3, crowded).InvokeAsync()));
            Output.WriteLine(string.Join('\n', answers.GroupBy(answer => $"{answer.Status} {answer.Text}").Select(answer => $"{answer.Count()} × {answer.Key}")));
            Assert.All(answers, answer => Assert.Equal(200, answer.Status));
            File.Delete(Path.Combine(packages, "full"));
            await AllServedAsync(ledger);
            Assert.Empty(await CloseAsync("no room for packages on a node", ledger, began));
        }
        finally
        {
            await Cluster.Nodes[2].KillAsync();
            await Command.RunAsync("/bin/umount", "-l", packages);
            await Cluster.Nodes[2].StartAsync();
        }
    }

    [RareFact]
    public async Task What_goes_to_a_node_is_slow()
    {
        await using var slow = await SlowLink.MakeAsync(2, TimeSpan.FromMilliseconds(100));
        foreach (var node in Cluster.Nodes)
        {
            await node.StopAsync();
            await node.StartAsync(); // With connections that go through it.
        }

        await using var ledger = await OpenAsync();
        var began = ledger.Now;
        await ledger.ServedAsync(1_000);
        Assert.Equal(3, (await Cluster.ListNodesAsync(0)).Nodes.Count);
        Assert.Empty(await CloseAsync("100 ms on the way to a node", ledger, began));
    }
}
