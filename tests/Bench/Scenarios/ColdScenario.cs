using System.Diagnostics;
using Bench.Measuring;
using Bench.Report;
using Bench.Subjects;

namespace Bench.Scenarios;

/// <summary>
/// The first invocation of a function never invoked before, over a connection already open, beside the interpreter's
/// own start and beside a bare container's. Every round takes one sample of each; a pause before each lets the work
/// that the one before left in the background (removing, refilling) come to its end.
/// </summary>
internal sealed class ColdScenario(BenchOptions options) : IScenario
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    private static readonly byte[] Event = """{"id":"6f1d2c3b"}"""u8.ToArray();

    public string Name => "cold";

    public async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        await using var nodes = await HearthNodes.StartAsync(options, NodeKind.WithAndWithoutBlanks(options), cancellation);
        using var container = Machine.IsRoot ? new BareContainer() : null;
        var kinds = new List<ColdKind>();
        foreach (var language in nodes.Languages)
        {
            kinds.Add(new ColdKind(language.Plain, _ => Programs.TimeAsync(language.Interpreter, language.Nothing, cancellation)));
            foreach (var node in nodes.All)
                kinds.Add(new ColdKind($"{language.Name}, {node.Kind.Name}", number => FirstInvokeAsync(node, language, number, cancellation)) { Language = language, Driver = node.Kind.Driver });
        }

        if (container is not null)
            kinds.Add(new ColdKind(ContainerName, _ => container.TimeAsync(cancellation)));

        Console.Error.WriteLine($"cold: {options.Samples} samples of each");
        // Number 0 is not counted: it loads programs from the disk and compiles the node's first path.
        for (var number = 0; number <= options.Samples; number++)
        {
            foreach (var kind in kinds)
            {
                var ms = await kind.Take(number);
                if (number > 0)
                    kind.Ms.Add(ms);
            }
        }

        return Tabulate(kinds);
    }

    // The heap of a Java process follows it; every size of function has its own blank one.
    private const int MemoryMib = 1_024;

    private const string ContainerName = "runc run /bin/true";

    private static async Task<double> FirstInvokeAsync(HearthNode node, Language language, int number, CancellationToken cancellation)
    {
        var function = $"cold-{language.Name}-{number}";
        await node.CreateAsync(function, language, language.Echo, MemoryMib, cancellation);
        await node.BlankReadyAsync(language, MemoryMib, cancellation);
        await Task.Delay(Pause, cancellation);
        var start = Stopwatch.GetTimestamp();
        await node.InvokeAsync(function, Event, cancellation);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private ScenarioResult Tabulate(IReadOnlyList<ColdKind> kinds)
    {
        var table = new Table(
            $"Cold start: first invocation of a new function (n = {options.Samples})",
            ["subject", "median ms", "p90 ms", "least", "most", "÷ plain start", "÷ (runc + plain start)"]);
        var runc = kinds.FirstOrDefault(kind => kind.Name == ContainerName)?.Ms.Median;
        foreach (var kind in kinds)
        {
            var plain = kind.Language is null ? (double?)null : kinds.First(other => other.Name == kind.Language.Plain).Ms.Median;
            kind.ToPlain = kind.Ms.Median / plain;
            // A process sandbox runs no runc: its floor is the plain start.
            kind.ToRuncAndPlain = kind.Driver == "container" ? kind.Ms.Median / (runc + plain) : null;
            table.Add(
                kind.Name, $"{kind.Ms.Median:0.0}", $"{kind.Ms.At(0.9):0.0}", $"{kind.Ms.Least:0.0}", $"{kind.Ms.Most:0.0}",
                Table.Ratio(kind.ToPlain), Table.Ratio(kind.ToRuncAndPlain));
        }

        return new ScenarioResult("cold", [table], kinds.Select(kind => kind.Figure()).ToList());
    }
}

/// <summary>One thing whose start is timed.</summary>
/// <param name="Take">Takes one sample, in milliseconds; its argument is the sample's number.</param>
internal sealed record ColdKind(string Name, Func<int, Task<double>> Take)
{
    public Language? Language { get; init; }

    public string? Driver { get; init; }

    public Samples Ms { get; } = new();

    public double? ToPlain { get; set; }

    public double? ToRuncAndPlain { get; set; }

    public ColdFigure Figure() => new(Name, Ms.Median, Ms.At(0.9), ToPlain, ToRuncAndPlain, Ms.Values);
}

internal sealed record ColdFigure(string Subject, double MedianMs, double P90Ms, double? ToPlainStart, double? ToRuncAndPlainStart, IReadOnlyList<double> SamplesMs);
