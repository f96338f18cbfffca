using System.Text.Json;
using Bench.Measuring;
using Bench.Report;
using Bench.Subjects;

namespace Bench.Scenarios;

/// <summary>
/// What an idle environment takes: functions invoked once each and then left alone. The function itself names its
/// processes (its pid namespace, or its pid where it shares the machine's), so that nothing is known here of how a
/// driver makes its sandboxes.
/// </summary>
internal sealed class MemoryScenario(BenchOptions options) : IScenario
{
    private const double MiB = 1024 * 1024;

    public string Name => "memory";

    public async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        await using var nodes = await HearthNodes.StartAsync(options, NodeKind.Of(options), cancellation);
        var table = new Table(
            $"Memory of an idle environment (n = {options.Samples}, all alive at once)",
            ["subject", "PSS MiB, median", "most", "cgroup MiB, median", "processes"]);
        var figures = new List<MemoryFigure>();
        foreach (var node in nodes.All)
        {
            foreach (var language in nodes.Languages)
            {
                Console.Error.WriteLine($"memory: {language.Name}, {node.Kind.Name}");
                var figure = Measure($"{language.Name}, {node.Kind.Name}", await StartAsync(node, language, cancellation));
                figures.Add(figure);
                table.Add(figure.Subject, $"{figure.PssMib:0.0}", $"{figure.MostPssMib:0.0}", Table.Number(figure.CgroupMib), $"{figure.Processes:0.#}");
            }

            var own = EnvironmentMemory.PssBytes(node.ProcessId) / MiB;
            figures.Add(new MemoryFigure($"the node itself, {node.Kind.Name}", own, own, null, 1));
            table.Add(figures[^1].Subject, $"{own:0.0}", $"{own:0.0}", "", "1");
        }

        return new ScenarioResult("memory", [table], figures);
    }

    /// <summary>One environment for each function; returns the processes of each.</summary>
    private async Task<List<IReadOnlyList<int>>> StartAsync(HearthNode node, Language language, CancellationToken cancellation)
    {
        var found = new List<Whoami>();
        for (var number = 0; number < options.Samples; number++)
        {
            var function = $"idle-{language.Name}-{number}";
            await node.CreateAsync(function, language, language.WhoAmI, memoryMib: 256, cancellation);
            var answer = await node.InvokeAsync(function, "{}"u8.ToArray(), cancellation);
            found.Add(JsonSerializer.Deserialize<Whoami>(answer, JsonSerializerOptions.Web)!);
        }

        // What an invocation leaves to do (logs, timers) is done by now; an idle environment is measured, not a busy one.
        await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        return found.ConvertAll(environment => EnvironmentMemory.ProcessesOf(environment.Pid, environment.Namespace));
    }

    private static MemoryFigure Measure(string subject, List<IReadOnlyList<int>> environments)
    {
        Samples pss = new(), cgroup = new(), processes = new();
        foreach (var environment in environments)
        {
            if (environment.Count == 0)
                throw new BenchException($"{subject}: an environment was gone before it was measured");
            pss.Add(environment.Sum(EnvironmentMemory.PssBytes) / MiB);
            processes.Add(environment.Count);
            if (EnvironmentMemory.CgroupBytes(environment[0]) is { } bytes)
                cgroup.Add(bytes / MiB);
        }

        return new MemoryFigure(subject, pss.Median, pss.Most, cgroup.Count > 0 ? cgroup.Median : null, processes.Median);
    }

    private sealed record Whoami(int Pid, string Namespace);
}

/// <param name="CgroupMib">Null where environments have no control group of their own.</param>
internal sealed record MemoryFigure(string Subject, double PssMib, double MostPssMib, double? CgroupMib, double Processes);
