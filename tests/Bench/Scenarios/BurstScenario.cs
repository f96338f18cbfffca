using System.Diagnostics;
using Bench.Measuring;
using Bench.Report;
using Bench.Subjects;

namespace Bench.Scenarios;

/// <summary>
/// Many functions, none invoked before, all invoked at once; beside them, as many plain starts of the interpreter, four
/// at a time. A function that is refused or fails is counted, not hidden.
/// </summary>
internal sealed class BurstScenario(BenchOptions options) : IScenario
{
    private const int FloorAtOnce = 4;
    private static readonly int[] Sizes = [50, 500];
    private static readonly byte[] Event = """{"id":"6f1d2c3b"}"""u8.ToArray();

    public string Name => "burst";

    public async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        var table = new Table(
            "Many functions first invoked at once",
            ["subject", "functions", "failed", "p50 ms", "p99 ms", "all within ms", "starts/s", "÷ plain starts/s"]);
        var figures = new List<BurstFigure>();
        foreach (var size in Sizes)
        {
            Console.Error.WriteLine($"burst: {size}");
            var floor = await FloorAsync(size, cancellation);
            Add(floor, floor);
            foreach (var kind in NodeKind.WithAndWithoutBlanks(options))
                Add(await MeasureAsync(kind, size, cancellation), floor);
        }

        return new ScenarioResult("burst", [table], figures);

        void Add(BurstFigure figure, BurstFigure floor)
        {
            figures.Add(figure);
            table.Add(
                figure.Subject, $"{figure.Functions}", $"{figure.Failed}", $"{figure.P50Ms:0}", $"{figure.P99Ms:0}", $"{figure.AllMs:0}",
                $"{figure.StartsPerSecond:0}", Table.Ratio(figure.StartsPerSecond / floor.StartsPerSecond));
        }
    }

    private static async Task<BurstFigure> FloorAsync(int size, CancellationToken cancellation)
    {
        var language = Language.Python;
        return await TimeAllAsync($"{language.Interpreter} {string.Join(' ', language.Nothing)}, {FloorAtOnce} at a time", size, FloorAtOnce, async _ =>
        {
            await Programs.TimeAsync(language.Interpreter, language.Nothing, cancellation);
            return true;
        });
    }

    private async Task<BurstFigure> MeasureAsync(NodeKind kind, int size, CancellationToken cancellation)
    {
        // What they are promised, not what they take: about 7 MiB each.
        await using var node = await HearthNode.StartAsync(options, kind with { Options = [.. kind.Options, "--memory", "131072"] }, cancellation);
        await Parallel.ForEachAsync(Enumerable.Range(0, size), cancellation, async (number, stop) =>
            await node.CreateAsync(FunctionName(number), Language.Python, Language.Python.Echo, memoryMib: 128, stop));
        await node.InvokeAsync(FunctionName(0), Event, cancellation); // Compiles the node's path; its environment is warm in what follows.
        await node.BlankReadyAsync(Language.Python, memoryMib: 128, cancellation);
        return await TimeAllAsync($"python, {kind.Name}", size, size, async number =>
        {
            try
            {
                await node.InvokeAsync(FunctionName(number), Event, cancellation);
                return true;
            }
            catch (BenchException)
            {
                return false;
            }
        });
    }

    private static string FunctionName(int number) => $"burst-{number}";

    private static async Task<BurstFigure> TimeAllAsync(string subject, int size, int atOnce, Func<int, Task<bool>> take)
    {
        var samples = new Samples();
        var failed = 0;
        var start = Stopwatch.GetTimestamp();
        using var places = new SemaphoreSlim(atOnce);
        await Task.WhenAll(Enumerable.Range(0, size).Select(async number =>
        {
            await places.WaitAsync();
            var begun = atOnce == size ? start : Stopwatch.GetTimestamp();
            var succeeded = await take(number);
            places.Release();
            lock (samples)
            {
                samples.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
                failed += succeeded ? 0 : 1;
            }
        }));
        var all = Stopwatch.GetElapsedTime(start);
        return new BurstFigure(subject, size, failed, samples.Median, samples.At(0.99), all.TotalMilliseconds, size / all.TotalSeconds);
    }
}

internal sealed record BurstFigure(string Subject, int Functions, int Failed, double P50Ms, double P99Ms, double AllMs, double StartsPerSecond);
