using System.Diagnostics;
using System.Globalization;
using Bench.Measuring;
using Bench.Report;
using Bench.Subjects;

namespace Bench.Scenarios;

/// <summary>
/// Very many invocations at once that do nothing but sleep: first each in a new environment, one begun after the other, as what is measured is
/// not how fast the machine starts processes; then once more in the same ones, all begun at once.
/// </summary>
internal sealed class SleepersScenario(BenchOptions options) : IScenario
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(60);

    private const int Functions = 4, MemoryMib = 128, SpareSeconds = 20, SleepSeconds = 10;

    public string Name => "sleepers";

    // Until the last one has begun, and its environment is there.
    private double LongestSeconds => (options.Sleepers * Pace.TotalSeconds) + SpareSeconds;

    public async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        MachineLimits.Check(options.Sleepers);
        await using var cluster = await LocalCluster.StartAsync(options, options.Sleepers * MemoryMib, cancellation);
        for (var number = 0; number < Functions; number++)
        {
            await cluster.Nodes[number % LocalCluster.Size].CreateAsync(
                FunctionName(number), Language.Python, "app.sleep", MemoryMib, cancellation, timeoutSeconds: (int)LongestSeconds + 60, mark: "sleep");
        }

        var (available, resident) = (MachineLimits.AvailableMib(), ResidentMib());
        var until = Seconds() + LongestSeconds;
        var start = Stopwatch.GetTimestamp();
        var first = InvokeAllAsync(cluster, until, Pace, cancellation);
        await AllRunAsync(cluster, first, start, cancellation);
        var starting = Stopwatch.GetElapsedTime(start);
        var (taken, nodes) = (available - MachineLimits.AvailableMib(), ResidentMib());
        await first;

        until = Seconds() + SleepSeconds;
        await InvokeAllAsync(cluster, until, TimeSpan.Zero, cancellation);
        var late = Seconds() - until;

        var table = new Table($"{options.Sleepers} invocations that sleep at once, of {Functions} functions on three nodes ({options.Drivers[0]})", ["what", "figure"]);
        table.Add("answered, each in a new environment", $"{options.Sleepers}");
        table.Add("all run within s", $"{starting.TotalSeconds:0.0}");
        table.Add("available memory taken, MiB each", $"{taken / (double)options.Sleepers:0.00}");
        table.Add("resident MiB of the three nodes, before", $"{resident:0}");
        table.Add("resident MiB of the three nodes, with all", $"{nodes:0}");
        table.Add("once more, warm: answered", $"{options.Sleepers}");
        table.Add($"once more: the last s after the {SleepSeconds} s", $"{late:0.00}");
        return new ScenarioResult(Name, [table], new { options.Sleepers, StartingSeconds = starting.TotalSeconds, MibEach = taken / (double)options.Sleepers, LateSeconds = late });
    }

    // An answer that is no success ends the bench.
    private Task InvokeAllAsync(LocalCluster cluster, double until, TimeSpan pace, CancellationToken cancellation) => Task.WhenAll(Enumerable.Range(0, options.Sleepers).Select(async number =>
    {
        await Task.Delay(number * pace, cancellation);
        var payload = System.Text.Encoding.UTF8.GetBytes(until.ToString("0.000", CultureInfo.InvariantCulture));
        await cluster.Nodes[number % LocalCluster.Size].InvokeAsync(FunctionName(number % Functions), payload, cancellation);
    }));

    private async Task AllRunAsync(LocalCluster cluster, Task invocations, long start, CancellationToken cancellation)
    {
        while (await RunningAsync(cluster, cancellation) is var running && running < options.Sleepers)
        {
            if (invocations.IsCompleted)
                await invocations;
            if (invocations.IsCompleted || Stopwatch.GetElapsedTime(start).TotalSeconds > LongestSeconds)
                throw new BenchException($"{running} of {options.Sleepers} sleepers run at once");
            await Task.Delay(200, cancellation);
        }
    }

    // Environments whose function has its invocation.
    private static async Task<double> RunningAsync(LocalCluster cluster, CancellationToken cancellation)
    {
        var running = 0.0;
        foreach (var node in cluster.Nodes)
            running += (await node.MetricsAsync(cancellation))["hearth_environments{state=\"invoking\"}"];
        return running;
    }

    private static double ResidentMib() => Enumerable.Range(0, LocalCluster.Size).Sum(LocalCluster.ResidentBytes) / 1_048_576;

    private static double Seconds() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1_000.0;

    private static string FunctionName(int number) => $"sleep-{number}";
}
