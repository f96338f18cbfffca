using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Functions;
using Hearth.Node.Tests.Support;
using Hearth.Node.Workers;

namespace Hearth.Node.Tests.Functions;

public sealed class InvocationMetricsTests : IDisposable
{
    private readonly Readings _readings = new();
    private readonly InvocationMetrics _metrics;

    public InvocationMetricsTests() => _metrics = new InvocationMetrics(_readings.Meter);

    public void Dispose() => _readings.Dispose();

    [Fact]
    public void Each_outcome_is_counted_under_a_word_of_its_own()
    {
        InvocationOutcome failed = new(OutcomeKind.FunctionFailed, default, LeaseOutcome.Reusable);
        (string Word, InvocationOutcome? Outcome)[] outcomes =
        [
            ("ok", new(OutcomeKind.Succeeded, default, LeaseOutcome.Reusable)),
            ("function_error", failed),
            ("timeout", failed with { TimedOut = true }),
            ("throttled", InvocationOutcome.Refused(RequestError.Throttled(ThrottleReason.ConcurrentInvocationLimitExceeded))),
            ("refused", InvocationOutcome.Refused(RequestError.Internal("no"))),
            ("refused", null),
        ];
        foreach (var (_, outcome) in outcomes)
            Run("hello", outcome);
        foreach (var times in outcomes.CountBy(outcome => outcome.Word))
        {
            Assert.Equal(times.Value, _readings[$"hearth.invocations{{function=hello,outcome={times.Key}}}"]);
            Assert.Equal(times.Value, _readings.All($"hearth.invocation.duration{{outcome={times.Key}}}").Count);
        }

        Assert.Equal(InvocationMetrics.Outcomes, outcomes.DistinctBy(outcome => outcome.Word).Count());
    }

    [Fact]
    public void A_name_that_nothing_ran_under_is_no_label()
    {
        Run("made-up", InvocationOutcome.Refused(RequestError.FunctionNotFound("arn")));
        Assert.Equal(1, _readings["hearth.invocations{function=other,outcome=refused}"]);
    }

    [Fact]
    public void No_more_functions_than_the_bound_are_labels_however_many_begin_at_once()
    {
        Parallel.For(0, 2 * InvocationMetrics.MaxFunctions, number => Run($"f{number}", Good));
        Assert.Equal(InvocationMetrics.MaxFunctions, _readings["hearth.invocations{function=other,outcome=ok}"]);
        Assert.Equal(2 * InvocationMetrics.MaxFunctions, _readings.Sum("hearth.invocations"));
    }

    [Fact]
    public void Invocations_under_way_are_seen()
    {
        var began = _metrics.Began();
        Assert.Equal(1, _readings["hearth.invocations.running"]);
        _metrics.Ended(began, "hello", Good);
        Assert.Equal(0, _readings["hearth.invocations.running"]);
    }

    [Fact]
    public void A_warm_invocation_allocates_nothing_for_it()
    {
        using var meter = new System.Diagnostics.Metrics.Meter("Hearth");
        var metrics = new InvocationMetrics(meter);
        metrics.Ended(metrics.Began(), "hello", Good);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 1_000; round++)
            metrics.Ended(metrics.Began(), "hello", Good);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static InvocationOutcome Good { get; } = new(OutcomeKind.Succeeded, default, LeaseOutcome.Reusable);

    private void Run(string function, InvocationOutcome? outcome) => _metrics.Ended(_metrics.Began(), function, outcome);
}
