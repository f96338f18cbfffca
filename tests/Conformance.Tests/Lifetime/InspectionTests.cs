using System.Text.Json;
using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Conformance.Tests.Tools;

namespace Conformance.Tests.Lifetime;

/// <summary>A real node, looked into by the real command line.</summary>
public sealed class InspectionTests : IAsyncLifetime
{
    private Node _node = null!;

    public async Task InitializeAsync() => _node = await Node.StartAsync("process");

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task A_node_tells_of_its_cluster_its_environments_its_actors_and_its_log()
    {
        var echo = await _node.CreateAsync(Source.Echo);
        (await echo.InvokeAsync("[1]")).AssertSucceeded();

        var shown = await HearthAsync("cluster", "show");
        Assert.Matches(@"akka\.tcp://hearth@127\.0\.0\.1:\d+ .* up .* leader", shown.Output);
        Assert.Contains("Count: 1 nodes", shown.Output, StringComparison.Ordinal);
        Assert.Equal("", shown.Error);
        Assert.Contains("Converged:   yes", (await HearthAsync("cluster", "status")).Output, StringComparison.Ordinal);

        var node = Assert.Single((await JsonAsync("node", "list")).GetProperty("Nodes").EnumerateArray());
        Assert.Equal(("Up", 1, 128), (node.GetProperty("Status").GetString(), node.GetProperty("Environments").GetInt32(), node.GetProperty("MemoryReservedMib").GetInt32()));
        Assert.Matches($"{echo.Name} is in shard \\d+ of function, on .*, awake", (await HearthAsync("cluster-sharding", "locate", echo.Name)).Output);
        Assert.Contains("  user (", (await HearthAsync("actor", "tree", "--depth", "2")).Output, StringComparison.Ordinal);
        Assert.Contains("    worker (1)", (await HearthAsync("actor", "tree", "--depth", "2")).Output, StringComparison.Ordinal);
        Assert.Contains("hearth-node serves the Lambda API on", (await HearthAsync("log", "tail", "--for", "5s")).Output, StringComparison.Ordinal);
        Assert.Contains("MemberUp akka.tcp://hearth@127.0.0.1:", (await HearthAsync("cluster", "tail", "--for", "5s")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_environment_is_killed_and_the_function_runs_in_another()
    {
        var held = new Held(_node);
        var function = await _node.CreateAsync(held.Code(), request => request with { Timeout = 120 });
        var invocation = function.InvokeAsync();
        await Held.EnteredAsync(function, 1);
        var top = Assert.Single((await JsonAsync("function", "top", "--once")).GetProperty("Functions").EnumerateArray());
        Assert.Equal((function.Name, 1), (top.GetProperty("FunctionName").GetString(), top.GetProperty("InFlight").GetInt32()));

        var environment = Assert.Single((await JsonAsync("environment", "list", "--node", "self", "--function", function.Name)).GetProperty("Environments").EnumerateArray());
        Assert.Equal("Invoking", environment.GetProperty("State").GetString());
        var id = environment.GetProperty("EnvironmentId").GetString()!;
        Assert.StartsWith($"Killed {id} on ", (await HearthAsync("environment", "kill", id)).Output, StringComparison.Ordinal);
        (await invocation).AssertFailed("Runtime.ExitError");

        held.Release();
        (await function.InvokeAsync()).AssertSucceeded();
        await Patience.UntilAsync(
            async () => Assert.Single((await JsonAsync("environment", "list")).GetProperty("Environments").EnumerateArray()).GetProperty("EnvironmentId").GetString() != id,
            "the function has another environment");
    }

    [Fact]
    public async Task A_node_that_is_drained_ends_by_itself()
    {
        var node = (await JsonAsync("node", "list")).GetProperty("Nodes")[0].GetProperty("NodeId").GetString()!;
        Assert.Contains("drains and stops", (await HearthAsync("node", "drain", node, "--yes")).Output, StringComparison.Ordinal);
        await _node.Process.ExitedAsync();
        Assert.Equal(0, _node.Process.ExitCode);
        await _node.StartAsync();
    }

    private async Task<JsonElement> JsonAsync(params string[] arguments) => JsonDocument.Parse((await HearthAsync([.. arguments, "--json"])).Output).RootElement;

    private async Task<CommandResult> HearthAsync(params string[] arguments)
    {
        var result = await Command.TryRunAsync(Repository.CommandLine, [.. arguments, "--endpoint", _node.Address.ToString()]);
        Assert.True(result.ExitCode == 0, $"hearth {string.Join(' ', arguments)}: exit code {result.ExitCode}\n{result.Output}\n{result.Error}");
        return result;
    }
}
