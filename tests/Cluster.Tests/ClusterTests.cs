using Conformance.Tests.Functions;

namespace Cluster.Tests;

/// <summary>Three nodes in good health: whichever is asked, it is one system.</summary>
public sealed class ClusterTests(ThreeNodes three) : IClassFixture<ThreeNodes>
{
    private TestCluster Cluster => three.Cluster;

    [Fact]
    public async Task A_function_made_through_one_node_is_listed_invoked_changed_and_deleted_through_the_others()
    {
        var function = await Cluster.CreateAsync(0, Source.Echo);
        for (var node = 0; node < 3; node++)
        {
            var through = Cluster.Through(node, function);
            Assert.Equal($"{node}", (await through.InvokeAsync($"{node}")).AssertSucceeded().Text);
            Assert.Contains(function.Name, (await Cluster.Nodes[node].GetAsync("2015-03-31/functions?MaxItems=50")).Text);
        }

        await Cluster.Through(1, function).UpdateCodeAsync(Source.Python("def handler(event, context): return 'second'"));
        for (var node = 0; node < 3; node++)
            Assert.Equal("\"second\"", (await Cluster.Through(node, function).InvokeAsync()).AssertSucceeded().Text);
        await Cluster.Through(2, function).DeleteAsync();
        for (var node = 0; node < 3; node++)
            Assert.Equal(404, (await Cluster.Through(node, function).InvokeAsync()).Status);
    }

    [Fact]
    public async Task A_function_that_is_busy_runs_on_every_node_and_its_payloads_come_and_go_whole()
    {
        var function = await Cluster.CreateAsync(0, Source.Python("import os, time\ndef handler(event, context):\n    time.sleep(1)\n    return [os.environ['TMPDIR'], event]"));
        var payloads = Enumerable.Range(0, 18).Select(n => $"\"{n:x2}{new string('x', 60_000)}\"").ToList();
        var answers = await Task.WhenAll(payloads.Select((payload, n) => Cluster.Through(n % 3, function).InvokeAsync(payload)));
        Assert.Equal(payloads, answers.Select(answer => answer.AssertSucceeded().Json[1].GetRawText()));
        var homes = answers.Select(answer => answer.Json[0].GetString()!).ToHashSet();
        Assert.All(Cluster.Nodes, node => Assert.Contains(homes, home => home.StartsWith(node.Data, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_warm_environment_is_used_through_every_node_and_a_payload_of_6_mb_as_well()
    {
        var function = await Cluster.CreateAsync(1, Source.Python("import os\ndef handler(event, context): return [os.getpid(), len(event), event]"));
        var payload = $"\"{new string('y', 6 * 1_048_576 - 64)}\"";
        var pids = new HashSet<int>();
        for (var node = 0; node < 3; node++)
        {
            var answer = (await Cluster.Through(node, function).InvokeAsync(payload)).AssertSucceeded();
            pids.Add(answer.Json[0].GetInt32());
            Assert.Equal(payload, answer.Json[2].GetRawText());
        }

        Assert.Single(pids);
    }

    [Fact]
    public async Task The_accounts_limit_holds_over_all_functions_and_nodes_and_all_of_it_can_be_used()
    {
        var code = Source.Python("import time\ndef handler(event, context): time.sleep(3)");
        var functions = new List<TestFunction>();
        for (var n = 0; n < 3; n++)
            functions.Add(await Cluster.CreateAsync(n, code));
        var answers = await Task.WhenAll(Enumerable.Range(0, ThreeNodes.Concurrency + 6).Select(n => Cluster.Through(n / 3 % 3, functions[n % 3]).InvokeAsync()));
        Assert.Equal(6, answers.Count(answer => answer.Status == 429));
        Assert.Equal(ThreeNodes.Concurrency, answers.Count(answer => answer.Status == 200));
        Assert.All(answers.Where(answer => answer.Status == 429), answer => Assert.Equal("ConcurrentInvocationLimitExceeded", answer.Json.GetProperty("Reason").GetString()));
    }

    [Fact]
    public async Task Every_node_is_seen_from_every_node()
    {
        for (var node = 0; node < 3; node++)
        {
            var seen = await Cluster.ListNodesAsync(node);
            Assert.Empty(seen.Unanswered);
            Assert.Equal(Enumerable.Range(0, 3).Select(TestCluster.Akka), seen.Nodes.Select(one => one.NodeId).Order());
            Assert.All(seen.Nodes, one => Assert.Equal(("control gateway worker", "Up", 4_096, false), (string.Join(' ', one.Roles), one.Status, one.MemoryTotalMib, one.Draining)));
        }
    }

    [Fact]
    public async Task The_log_of_a_function_is_whole_at_every_node()
    {
        var function = await Cluster.CreateAsync(0, Source.Python("import time\ndef handler(event, context):\n    time.sleep(1)\n    print('heard', event)"));
        await Task.WhenAll(Enumerable.Range(0, 9).Select(n => Cluster.Through(n % 3, function).InvokeAsync($"{n}")));
        for (var node = 0; node < 3; node++)
            Assert.Equal(Enumerable.Range(0, 9).Select(n => $"heard {n}"), (await Cluster.Through(node, function).LogAsync()).Select(line => line.Message).Where(line => line.StartsWith("heard", StringComparison.Ordinal)).Order());
    }
}

/// <summary>The cluster that the tests above share.</summary>
public sealed class ThreeNodes : IAsyncLifetime
{
    public const int Concurrency = 20;

    private TestCluster? _cluster;

    public TestCluster Cluster => _cluster!;

    public async Task InitializeAsync() => _cluster = await TestCluster.StartAsync(3, "--concurrency", $"{Concurrency}", "--memory", "4096");

    public Task DisposeAsync() => Cluster.DisposeAsync().AsTask();
}
