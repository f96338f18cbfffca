using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Hearth.Contracts.Errors;
using Hearth.Node.Workers;

namespace Hearth.Node.Functions;

/// <summary>
/// What is counted of invocations. On the warm path: nothing is allocated, and labels are constants or names kept from the function's
/// first invocation.
/// </summary>
internal sealed class InvocationMetrics
{
    /// <summary>Functions counted under their own name: the first that ran since the node's start. The others are <see cref="OtherFunctions"/>.</summary>
    public const int MaxFunctions = 1_000;

    public const string OtherFunctions = "other";

    /// <summary>Outcomes there are: what multiplies the functions in the number of series.</summary>
    public const int Outcomes = 5;

    public const string CounterName = "hearth.invocations";

    // From a warm echo to the longest timeout there is.
    private static readonly InstrumentAdvice<double> DurationBounds = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900],
    };

    private readonly ConcurrentDictionary<string, string> _functions = new(StringComparer.Ordinal);
    private readonly Counter<long> _invocations;
    private readonly Histogram<double> _duration;
    private int _named;
    private int _running;

    public InvocationMetrics(Meter meter)
    {
        _invocations = meter.CreateCounter<long>(CounterName, null, "Invocations that have ended.");
        _duration = meter.CreateHistogram("hearth.invocation.duration", "s", "From admission to the outcome, the cold start included.", null, DurationBounds);
        meter.CreateObservableUpDownCounter("hearth.invocations.running", () => Volatile.Read(ref _running), null, "Invocations under way.");
    }

    /// <summary>An invocation begins; each call is followed by one of <see cref="Ended"/>, whatever happens.</summary>
    /// <returns>What <see cref="Ended"/> wants.</returns>
    public long Began()
    {
        Interlocked.Increment(ref _running);
        return Stopwatch.GetTimestamp();
    }

    /// <param name="began">From <see cref="Began"/>.</param>
    /// <param name="outcome">Null where there is none, for a bug's sake.</param>
    public void Ended(long began, string functionName, InvocationOutcome? outcome)
    {
        Interlocked.Decrement(ref _running);
        var tag = new KeyValuePair<string, object?>("outcome", WordFor(outcome));
        _invocations.Add(1, new("function", LabelOf(functionName, ran: outcome is { Error: null })), tag);
        _duration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, tag);
    }

    private static string WordFor(InvocationOutcome? outcome) => outcome switch
    {
        { Kind: OutcomeKind.Succeeded } => "ok",
        { TimedOut: true } => "timeout",
        { Kind: OutcomeKind.FunctionFailed } => "function_error",
        { Error: { } error } when error.Code == ErrorCode.TooManyRequests => "throttled",
        _ => "refused",
    };

    // A name that only a caller brought does not become a label: callers may make up as many as they like.
    private string LabelOf(string functionName, bool ran)
    {
        if (_functions.TryGetValue(functionName, out var known))
            return known;
        if (!ran || Volatile.Read(ref _named) >= MaxFunctions || Interlocked.Increment(ref _named) > MaxFunctions)
            return OtherFunctions;
        return _functions.GetOrAdd(functionName, functionName);
    }
}
