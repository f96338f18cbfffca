using System.Diagnostics.Metrics;
using Hearth.Contracts.Api;

namespace Hearth.Node.Workers;

/// <summary>
/// What a worker counts. Labels are bounded: runtimes are those of the machine (<c>image</c> for container images, <c>unknown</c> for one
/// that is not there any more), the others are words of this class and of <see cref="EndReason"/>.
/// </summary>
internal sealed class WorkerMetrics
{
    public const string ImageRuntime = "image", UnknownRuntime = "unknown";

    private const double MiB = 1_048_576;

    // From an assigned blank sandbox's half a millisecond to an init that is about to be given up.
    private static readonly InstrumentAdvice<double> PhaseBounds = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private readonly Counter<long> _started;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _sandboxes;
    private readonly Histogram<double> _phases;
    private readonly Gauge<double> _reserved;
    private readonly Gauge<double> _limit;
    private readonly Gauge<int> _waiting;
    private readonly Gauge<int> _blanks;
    private readonly Counter<long> _output;

    public WorkerMetrics(Meter meter, EnvironmentTable environments)
    {
        meter.CreateObservableUpDownCounter("hearth.environments", () => CountByState(environments), null, "Execution environments by state; frozen ones are idle.");
        _started = meter.CreateCounter<long>("hearth.environments.started", null, "Execution environments that a function asked for.");
        _ended = meter.CreateCounter<long>("hearth.environments.ended", null, "Execution environments that are gone, with all they had.");
        _sandboxes = meter.CreateCounter<long>("hearth.sandbox.starts", null, "Sandboxes made or assigned: blank, new, image, or again for an environment that was reset.");
        _phases = meter.CreateHistogram("hearth.cold.start.phase", "s", "Where the time of cold starts went.", null, PhaseBounds);
        _reserved = meter.CreateGauge<double>("hearth.memory.reserved", "By", "Memory promised to execution environments.");
        _limit = meter.CreateGauge<double>("hearth.memory.limit", "By", "Memory that may be promised to execution environments.");
        _waiting = meter.CreateGauge<int>("hearth.starts.waiting", null, "Starts that wait for memory.");
        _blanks = meter.CreateGauge<int>("hearth.blanks", null, "Sandboxes without a function: ready for one, or starting.");
        _output = meter.CreateCounter<long>("hearth.sandbox.output", "By", "What functions have printed.");
    }

    public void Started(string runtime) => _started.Add(1, new KeyValuePair<string, object?>("runtime", runtime));

    /// <param name="reason">One of <see cref="EndReason"/>.</param>
    public void Ended(string reason) => _ended.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A sandbox is up, for the environment's first time or again.</summary>
    public void SandboxStarted(string runtime, bool blank, bool again)
    {
        var way = again ? "reset" : blank ? "blank" : runtime == ImageRuntime ? ImageRuntime : "new";
        _sandboxes.Add(1, new KeyValuePair<string, object?>("runtime", runtime), new KeyValuePair<string, object?>("way", way));
    }

    /// <summary>A cold start is over: the function is loaded.</summary>
    public void ColdStart(string runtime, EnvironmentStart start)
    {
        Phase("placement", start.PlacementMs);
        Phase("queue", start.QueueMs);
        Phase("package", start.PackageMs);
        Phase("sandbox", start.SandboxMs);
        Phase("init", start.InitMs ?? 0);

        void Phase(string name, double milliseconds) => _phases.Record(
            milliseconds / 1000, new("phase", name), new("runtime", runtime), new KeyValuePair<string, object?>("blank", start.Blank ? "yes" : "no"));
    }

    public void Memory(long reservedMib, long limitMib, int waiting)
    {
        _reserved.Record(reservedMib * MiB);
        _limit.Record(limitMib * MiB);
        _waiting.Record(waiting);
    }

    public void Blanks(string runtime, int ready, int starting)
    {
        _blanks.Record(ready, new("runtime", runtime), new KeyValuePair<string, object?>("state", "ready"));
        _blanks.Record(starting, new("runtime", runtime), new KeyValuePair<string, object?>("state", "starting"));
    }

    public void Output(int bytes) => _output.Add(bytes);

    private static IEnumerable<Measurement<int>> CountByState(EnvironmentTable environments)
    {
        var counts = Enum.GetNames<EnvironmentState>().Append("Frozen").ToDictionary(state => state, _ => 0);
        foreach (var environment in environments.Present)
            counts[environment.IsFrozen ? "Frozen" : environment.State.ToString()]++;
        return counts.Select(count => new Measurement<int>(count.Value, new KeyValuePair<string, object?>("state", count.Key.ToLowerInvariant())));
    }
}
