using System.Diagnostics;
using System.Text.Json;
using Bench.Measuring;
using Bench.Report;
using Bench.Subjects;

namespace Bench.Scenarios;

/// <summary>
/// Very many idle environments at once: what they and the node take while they are frozen, and whether each of them answers once more.
/// </summary>
internal sealed class IdleScenario(BenchOptions options) : IScenario
{
    private const int AtOnce = 8;
    private const double MiB = 1_048_576;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public string Name => "idle";

    public async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        MachineLimits.Check(options.Environments);
        // Promised memory is not taken memory: the operator says how much more may be promised than there is.
        var kind = new NodeKind("container", "container", "--memory", $"{options.Environments * 128L}", "--idle-timeout", "4h");
        await using var node = await HearthNode.StartAsync(options, kind, cancellation);
        var bare = (Memory: node.Memory(), Available: MachineLimits.AvailableMib());
        await EachAsync(async number => await node.CreateAsync(FunctionName(number), Language.Python, Language.Python.WhoAmI, memoryMib: 128, cancellation, mark: "idle"), cancellation);
        var start = Stopwatch.GetTimestamp();
        var (first, _) = await InvokeAllAsync(node, cancellation);
        var starting = Stopwatch.GetElapsedTime(start);
        await FrozenAsync(node, cancellation);

        var pss = new Samples();
        var byNamespace = EnvironmentMemory.ByNamespace();
        foreach (var environment in first)
            pss.Add(byNamespace[environment.Namespace].Sum(EnvironmentMemory.PssBytes) / MiB);
        var held = NodeHoldings.Of(node.ProcessId, node.DataDirectory);
        var (memory, available) = (node.Memory(), MachineLimits.AvailableMib());

        start = Stopwatch.GetTimestamp();
        var (second, samples) = await InvokeAllAsync(node, cancellation);
        var answering = Stopwatch.GetElapsedTime(start);
        var same = first.Zip(second).Count(pair => pair is var (before, after) && before == after);

        var table = new Table($"{options.Environments} idle environments, frozen, then each invoked once more", ["what", "figure"]);
        table.Add("started within s", $"{starting.TotalSeconds:0.0}");
        table.Add("starts/s", $"{options.Environments / starting.TotalSeconds:0}");
        table.Add("PSS MiB of an environment, median", $"{pss.Median:0.00}");
        table.Add("the most", $"{pss.Most:0.00}");
        table.Add("available memory they took, MiB each", $"{(bare.Available - available) / (double)options.Environments:0.00}");
        table.Add("resident MiB of the node, before", $"{bare.Memory.ResidentMib:0.0}");
        table.Add("resident MiB of the node, with all of them", $"{memory.ResidentMib:0.0}");
        table.Add("PSS MiB of the node, with all of them", $"{memory.PssMib:0.0}");
        table.Add("threads of the node", $"{held.Threads}");
        table.Add("descriptors of the node", $"{held.Descriptors}");
        table.Add("processes of sandboxes", $"{held.Processes}");
        table.Add("mounts", $"{held.Mounts}");
        table.Add("loop devices", $"{held.LoopDevices}");
        table.Add("answered once more", $"{second.Count}");
        table.Add("by the same process", $"{same}");
        table.Add("once more: p50 ms", $"{samples.Median:0.0}");
        table.Add("once more: p99 ms", $"{samples.At(0.99):0.0}");
        table.Add("all once more within s", $"{answering.TotalSeconds:0.0}");
        if (same < options.Environments)
        {
            table.Print(Console.Out);
            throw new BenchException($"of {options.Environments} idle environments {same} answered once more");
        }

        return new ScenarioResult(Name, [table], new { options.Environments, pss.Median, NodeMib = memory.ResidentMib, held.Threads, held.Descriptors, Same = same });
    }

    private async Task<(List<Whoami> Answers, Samples Milliseconds)> InvokeAllAsync(HearthNode node, CancellationToken cancellation)
    {
        var answers = new Whoami[options.Environments];
        var samples = new Samples();
        await EachAsync(async number =>
        {
            var begun = Stopwatch.GetTimestamp();
            answers[number] = JsonSerializer.Deserialize<Whoami>(await node.InvokeAsync(FunctionName(number), "{}"u8.ToArray(), cancellation), JsonSerializerOptions.Web)!;
            lock (samples)
                samples.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            if (MachineLimits.AvailableMib() < MachineLimits.SpareMib)
                throw new BenchException($"the machine has less than {MachineLimits.SpareMib} MiB left: free memory, or ask for fewer with --environments");
        }, cancellation);
        return ([.. answers], samples);
    }

    private Task EachAsync(Func<int, Task> act, CancellationToken cancellation) => Parallel.ForEachAsync(
        Enumerable.Range(0, options.Environments), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (number, _) => await act(number));

    private async Task FrozenAsync(HearthNode node, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        while (await node.MetricsAsync(cancellation) is var metrics && metrics["hearth_environments{state=\"frozen\"}"] < options.Environments)
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw new BenchException($"after {Patience.TotalSeconds:0} s environments are not all frozen: {metrics.By("hearth_environments", "state")}");
            await Task.Delay(100, cancellation);
        }
    }

    private static string FunctionName(int number) => $"idle-{number}";

    private sealed record Whoami(int Pid, string Namespace, string Mark);
}
