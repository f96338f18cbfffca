using System.Globalization;
using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;

namespace Conformance.Tests.Lifetime;

[NeedsRoot]
public sealed class MetricsOnContainersTests() : MetricsSuite("container");

public sealed class MetricsOnProcessesTests() : MetricsSuite("process");

/// <summary>What <c>GET /metrics</c> says of a node that has run a function.</summary>
public abstract class MetricsSuite(string driver)
{
    private static readonly string[] Phases = ["placement", "queue", "package", "sandbox", "init"];

    [SuiteFact]
    public async Task A_cold_and_a_warm_invocation_are_counted_and_the_cold_one_with_its_phases()
    {
        await using var node = await Node.StartAsync(driver);
        var function = await node.CreateAsync(Source.Echo);
        Assert.Equal(0, Sum(await ReadAsync(node), "hearth_environments_started_total"));
        (await function.InvokeAsync("[1]")).AssertSucceeded();
        (await function.InvokeAsync("[2]")).AssertSucceeded();

        // The answer is out before the node has told of it.
        await Patience.UntilAsync(
            async () => (await ReadAsync(node)).GetValueOrDefault($"hearth_invocations_total{{function=\"{function.Name}\",outcome=\"ok\"}}") == 2, "both are counted");
        var metrics = await ReadAsync(node);
        Assert.Equal(2, metrics["hearth_invocation_duration_seconds_count{outcome=\"ok\"}"]);
        Assert.Equal(0, metrics["hearth_invocations_running"]);
        Assert.Equal(1, Sum(metrics, "hearth_environments_started_total"));
        Assert.Equal(1, Sum(metrics, "hearth_environments"));
        Assert.Equal(1, Sum(metrics, "hearth_sandbox_starts_total"));
        Assert.True(metrics["hearth_memory_reserved_bytes"] > 0);
        foreach (var phase in Phases)
        {
            var series = Assert.Single(metrics.Keys, key => key.StartsWith("hearth_cold_start_phase_seconds_count{", StringComparison.Ordinal) && key.Contains($"phase=\"{phase}\"", StringComparison.Ordinal));
            Assert.Equal(1, metrics[series]);
            Assert.InRange(metrics[series.Replace("_count{", "_sum{", StringComparison.Ordinal)], 0, 60);
        }

        await function.DeleteAsync();
        await Patience.UntilAsync(
            async () => (await ReadAsync(node)).GetValueOrDefault("hearth_environments_ended_total{reason=\"deleted\"}") == 1, "its end is counted");
        Assert.Equal(0, Sum(await ReadAsync(node), "hearth_environments"));
    }

    private static double Sum(Dictionary<string, double> metrics, string name) =>
        metrics.Where(series => series.Key.StartsWith(name + "{", StringComparison.Ordinal)).Sum(series => series.Value);

    private static async Task<Dictionary<string, double>> ReadAsync(Node node)
    {
        var answer = await node.GetAsync("metrics");
        Assert.Equal(200, answer.Status);
        return answer.Text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').ToDictionary(
            line => line[..line.LastIndexOf(' ')].Replace("{}", "", StringComparison.Ordinal), line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }
}
