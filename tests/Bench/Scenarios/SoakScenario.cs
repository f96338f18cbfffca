using System.Diagnostics;
using Bench.Measuring;
using Bench.Report;
using Bench.Subjects;

namespace Bench.Scenarios;

/// <summary>
/// Environments start and end, in every way they do, until there were <see cref="BenchOptions.Starts"/> sandboxes; then the node and
/// the machine hold what they held before. A difference is a failure of the run.
/// </summary>
internal sealed class SoakScenario(BenchOptions options) : IScenario
{
    private const int Functions = 60, AtOnce = 20;
    private const double MiB = 1_048_576;

    /// <summary>How long the last environments may take to be gone.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // What happens to every function's environment in a round, after its first answer.
    private static readonly string[] Ends = ["update", "exit", "delete", "hog", "sleep", "update", "idle"];

    // In turn. Those whose blank sandboxes take seconds would make the soak long and show nothing else.
    private static readonly (Language Language, string Handler)[] Kinds = [(Language.Python, "app.end"), (Language.Python, "app.end"), (Language.Node, "index.end")];

    public string Name => "soak";

    public async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        // Room for one blank sandbox of each language, whatever the demand; memory for half of the functions; idle ones end soon.
        var kind = new NodeKind("container", "container", "--blank-memory", "20", "--memory", $"{Functions / 2 * 128}", "--idle-timeout", "2s");
        await using var node = await HearthNode.StartAsync(options, kind, cancellation);
        for (var number = 0; number < Functions; number++)
            await CreateAsync(node, number, cancellation);
        foreach (var end in Ends)
            await RoundAsync(node, end, cancellation);
        await QuietAsync(node, cancellation);
        var before = (Holdings: NodeHoldings.Of(node.ProcessId, node.DataDirectory), Memory: node.Memory(), Metrics: await node.MetricsAsync(cancellation));

        var start = Stopwatch.GetTimestamp();
        var started = 0.0;
        for (var round = 0; started < options.Starts; round++)
        {
            await RoundAsync(node, Ends[round % Ends.Length], cancellation);
            started = (await node.MetricsAsync(cancellation)).Sum("hearth_sandbox_starts_total") - before.Metrics.Sum("hearth_sandbox_starts_total");
            Console.Error.WriteLine($"soak: {started:0} of {options.Starts} after {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s, {Ends[round % Ends.Length]}");
        }

        var took = Stopwatch.GetElapsedTime(start);
        await QuietAsync(node, cancellation);
        var after = (Holdings: NodeHoldings.Of(node.ProcessId, node.DataDirectory), Memory: node.Memory(), Metrics: await node.MetricsAsync(cancellation));
        return Tabulate(before, after, started, took);
    }

    private static ScenarioResult Tabulate(
        (NodeHoldings Holdings, NodeMemory Memory, NodeMetrics Metrics) before, (NodeHoldings Holdings, NodeMemory Memory, NodeMetrics Metrics) after, double started, TimeSpan took)
    {
        var held = new Table($"What is held before and after {started:0} sandboxes ({took.TotalSeconds:0} s)", ["what", "before", "after"]);
        var leaks = new List<string>();
        foreach (var ((name, was, tolerance), (_, now, _)) in before.Holdings.All.Zip(after.Holdings.All))
        {
            held.Add(name, $"{was}", $"{now}");
            if (now - was > tolerance)
                leaks.Add($"{name}: {was} before, {now} after");
        }

        held.Add("resident MiB of the node", $"{before.Memory.ResidentMib:0.0}", $"{after.Memory.ResidentMib:0.0}");
        held.Add("managed heap of the node, MiB", $"{Heap(before.Metrics):0.0}", $"{Heap(after.Metrics):0.0}");
        held.Add("environments in the node's own count", $"{before.Metrics.Sum("hearth_environments"):0}", $"{after.Metrics.Sum("hearth_environments"):0}");
        var (all, gone, alive) = (after.Metrics.Sum("hearth_environments_started_total"), after.Metrics.Sum("hearth_environments_ended_total"), after.Metrics.Sum("hearth_environments"));
        if (all != gone + alive)
            leaks.Add($"environments: {all} started, {gone} ended, {alive} alive");
        if (after.Metrics["hearth_memory_reserved_bytes"] != 0)
            leaks.Add($"memory: {after.Metrics["hearth_memory_reserved_bytes"]} bytes reserved for nothing");
        var ended = new Table("How environments started and ended, in the node's own count", ["what", "count"]);
        ended.Add("environments started", $"{all:0}");
        ended.Add($"ended: {after.Metrics.By("hearth_environments_ended_total", "reason")}", $"{gone:0}");
        ended.Add($"sandboxes: {after.Metrics.By("hearth_sandbox_starts_total", "way")}", $"{after.Metrics.Sum("hearth_sandbox_starts_total"):0}");
        ended.Add($"invocations: {after.Metrics.By("hearth_invocations_total", "outcome")}", $"{after.Metrics.Sum("hearth_invocations_total"):0}");
        if (leaks.Count == 0)
            return new ScenarioResult("soak", [held, ended], new { Before = before.Holdings, After = after.Holdings, Started = started, Seconds = took.TotalSeconds });
        held.Print(Console.Out);
        ended.Print(Console.Out);
        throw new BenchException($"left behind after {started:0} sandboxes:\n  {string.Join("\n  ", leaks)}");
    }

    private static double Heap(NodeMetrics metrics) => metrics.Sum("dotnet_gc_last_collection_heap_size_bytes") / MiB;

    private static async Task RoundAsync(HearthNode node, string end, CancellationToken cancellation)
    {
        await EachAsync(number => node.InvokeAsync(FunctionName(number), "\"answer\""u8.ToArray(), cancellation));
        switch (end)
        {
            case "update":
                await EachAsync(number => node.UpdateAsync(FunctionName(number), $"{Guid.NewGuid()}", cancellation));
                break;
            case "delete":
                await EachAsync(async number =>
                {
                    await node.DeleteAsync(FunctionName(number), cancellation);
                    await CreateAsync(node, number, cancellation);
                });
                break;
            case "idle":
                await QuietAsync(node, cancellation);
                break;
            default:
                await EachAsync(async number =>
                {
                    // Fails, and leaves an environment with processes anew.
                    if (await node.IsAnsweredAsync(FunctionName(number), System.Text.Encoding.UTF8.GetBytes($"\"{end}\""), cancellation))
                        throw new BenchException($"{FunctionName(number)} survived its {end}");
                });
                break;
        }

        Task EachAsync(Func<int, Task> act) => Parallel.ForEachAsync(
            Enumerable.Range(0, Functions), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (number, _) => await act(number));
    }

    // Every environment idle for too long, and the blank sandboxes made again.
    private static async Task QuietAsync(HearthNode node, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        while (await node.MetricsAsync(cancellation) is var metrics &&
               (metrics.Sum("hearth_environments") > 0 || metrics.Sum("hearth_blanks", "starting") > 0 || metrics.Sum("hearth_blanks", "ready") < Kinds.Distinct().Count()))
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw new BenchException($"after {Patience.TotalSeconds:0} s there are still environments ({metrics.By("hearth_environments", "state")}), or no blank sandboxes ({metrics.By("hearth_blanks", "state")})");
            await Task.Delay(100, cancellation);
        }
    }

    private static Task CreateAsync(HearthNode node, int number, CancellationToken cancellation)
    {
        var (language, handler) = Kinds[number % Kinds.Length];
        return node.CreateAsync(FunctionName(number), language, handler, memoryMib: 128, cancellation, timeoutSeconds: 1, mark: "soak");
    }

    private static string FunctionName(int number) => $"soak-{number}";
}
