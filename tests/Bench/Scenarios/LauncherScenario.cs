using System.Diagnostics;
using Bench.Measuring;
using Bench.Report;
using Bench.Subjects;
using Hearth.Node.Workers.Drivers.Container;
using Hearth.Node.Workers.Drivers.Container.Launchers;

namespace Bench.Scenarios;

/// <summary>
/// What makes a container, compared: the same root, mounts, filter and limits where the launcher knows of them. Every
/// round takes one sample of each, after a pause, as a quiet machine is the harder case for joining control groups.
/// </summary>
internal sealed class LauncherScenario(BenchOptions options) : IScenario
{
    private const int AtOnce = 4, StartsPerLoop = 10, ThroughputRounds = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(120);
    private static readonly string[] True = ["/usr/bin/true"], Python = ["/usr/bin/python3", "-c", "print(1)"];

    private int _started;

    public string Name => "launchers";

    public async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        using var bed = new LauncherBed();
        var filter = SeccompProgram.Compile(SeccompProfile.Rules, SystemCalls.AskedOf(OwnLauncher.DefaultProgram));
        ILauncher[] launchers =
        [
            new PlainStart(bed), new OciLauncher(bed, "runc", "/usr/sbin/runc"),
            // crun 1.8 refuses a hybrid's trees while the unified one is mounted among them.
            new OciLauncher(bed, "crun, unified tree hidden", "/usr/bin/unshare", "--mount", "/bin/sh", "-c", "umount /sys/fs/cgroup/unified; exec /usr/bin/crun \"$@\"", "crun"),
            new BubblewrapLauncher(bed, filter), new OwnStart(bed, new LauncherSettings(bed.Layout, filter)),
        ];
        var kinds = new List<LauncherKind>();
        foreach (var launcher in launchers)
            kinds.Add(new LauncherKind(launcher, await FailureAsync(launcher)));
        await SampleAsync(kinds.Where(kind => kind.Failure is null).ToList(), cancellation);
        return Tabulate(kinds);
    }

    private async Task<string?> FailureAsync(ILauncher launcher)
    {
        try
        {
            await launcher.RunAsync(NextId(), Python, new FirstOutput());
            return null;
        }
        catch (BenchException failure)
        {
            Console.Error.WriteLine($"{launcher.Name}: {failure.Message}");
            return failure.Message;
        }
    }

    private async Task SampleAsync(List<LauncherKind> kinds, CancellationToken cancellation)
    {
        for (var number = 0; number < options.Samples; number++)
            foreach (var kind in kinds)
            {
                await Task.Delay(Pause, cancellation);
                var start = Stopwatch.GetTimestamp();
                await kind.Launcher.RunAsync(NextId(), True, new FirstOutput());
                kind.TrueMs.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                await Task.Delay(Pause, cancellation);
                var output = new FirstOutput();
                start = Stopwatch.GetTimestamp();
                await kind.Launcher.RunAsync(NextId(), Python, output);
                kind.PythonMs.Add(Stopwatch.GetElapsedTime(start, output.At).TotalMilliseconds);
            }

        for (var round = 0; round < ThroughputRounds; round++)
            foreach (var kind in kinds)
            {
                var start = Stopwatch.GetTimestamp();
                await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(() => RepeatAsync(kind.Launcher), cancellation)));
                kind.PerSecond.Add(AtOnce * StartsPerLoop / Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
    }

    private async Task RepeatAsync(ILauncher launcher)
    {
        for (var i = 0; i < StartsPerLoop; i++)
            await launcher.RunAsync(NextId(), True, new FirstOutput());
    }

    private string NextId() => $"start-{Interlocked.Increment(ref _started)}";

    private ScenarioResult Tabulate(List<LauncherKind> kinds)
    {
        var table = new Table(
            $"Launchers: /usr/bin/true from start to end and removal (n = {options.Samples}), starts a second with {AtOnce} at once ({ThroughputRounds} rounds of {AtOnce * StartsPerLoop}), Python's first output",
            ["launcher", "true, median ms", "least", "most", "÷ plain", "starts/s, median", "least", "most", "python, median ms", "least", "most"]);
        var plain = kinds[0].TrueMs.Median;
        foreach (var kind in kinds)
            table.Add(kind.Failure is null
                ? [kind.Launcher.Name, .. Cells(kind.TrueMs, "0.0"), Table.Ratio(kind.TrueMs.Median / plain), .. Cells(kind.PerSecond, "0"), .. Cells(kind.PythonMs, "0.0")]
                : [$"{kind.Launcher.Name}: does not run here", .. Enumerable.Repeat("", 10)]);
        return new ScenarioResult(Name, [table], kinds.Select(kind => new { kind.Launcher.Name, kind.Failure, True = kind.TrueMs.Values, PerSecond = kind.PerSecond.Values, Python = kind.PythonMs.Values }).ToList());
    }

    private static IEnumerable<string> Cells(Samples samples, string format) =>
        ((double[])[samples.Median, samples.Least, samples.Most]).Select(value => value.ToString(format, System.Globalization.CultureInfo.InvariantCulture));
}

/// <summary>One launcher and what was measured of it.</summary>
/// <param name="Failure">Why it cannot be measured here, or null.</param>
internal sealed record LauncherKind(ILauncher Launcher, string? Failure)
{
    public Samples TrueMs { get; } = new();

    public Samples PerSecond { get; } = new();

    public Samples PythonMs { get; } = new();
}
