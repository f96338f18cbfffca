using System.Text;
using Hearth.Contracts;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Tests.Support;
using Hearth.Node.Workers;

namespace Hearth.Node.Tests.Workers;

/// <summary>Timeouts, exits, failed inits and ends, in each state.</summary>
public class ExecutionEnvironmentFailureTests
{
    private static readonly byte[] ImportError = """{"errorType":"Runtime.ImportModuleError","errorMessage":"no module"}"""u8.ToArray();

    [Fact]
    public async Task A_function_that_takes_too_long_times_out_in_awss_words_and_is_reset()
    {
        var (rig, outcome) = await EnvironmentRig.InvokingAsync(tail: true);
        rig.Sandbox.Print("working\n");
        rig.Time.AdvanceSeconds(2.999);
        Assert.False(outcome.IsCompleted);
        rig.Time.AdvanceSeconds(0.001);

        var ended = await Eventually.Result(outcome);
        var error = EnvironmentRig.ErrorOf(ended);
        Assert.Equal(("Sandbox.Timedout", "RequestId: r1 Error: Task timed out after 3.00 seconds"), (error.ErrorType, error.ErrorMessage));
        Assert.Equal(LeaseOutcome.Reusable, ended.Lease);
        Assert.Equal((1, 0, EnvironmentState.Resetting), (rig.Resets, rig.Stops, rig.State));
        Assert.Equal(
            [
                "START RequestId: r1 Version: $LATEST", "working",
                "2026-11-02T10:00:03.000Z r1 Task timed out after 3.00 seconds", "END RequestId: r1",
                "REPORT RequestId: r1\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\tInit Duration: 0.00 ms\tStatus: timeout",
            ],
            rig.Log.Lines);
        Assert.Equal(string.Join('\n', rig.Log.Lines) + "\n", Encoding.UTF8.GetString(ended.LogTail!));
        Assert.Equal(RuntimeVerdict.InvalidState, rig.Respond("r1"));
    }

    [Fact]
    public async Task A_timer_that_fires_early_does_not_lose_the_deadline()
    {
        using var rig = new EnvironmentRig(time: new FakeTime { Early = TimeSpan.FromMilliseconds(4) });
        rig.StartSandbox();
        var outcome = rig.InvokeAsync("r1");
        await Eventually.Result(rig.NextAsync());
        rig.Time.AdvanceSeconds(2.997);
        Assert.False(outcome.IsCompleted);
        rig.Time.AdvanceSeconds(0.013);
        Assert.Equal("Sandbox.Timedout", EnvironmentRig.ErrorOf(await Eventually.Result(outcome)).ErrorType);
    }

    [Fact]
    public async Task After_a_timeout_the_next_invocation_waits_for_the_new_init()
    {
        var (rig, first) = await EnvironmentRig.InvokingAsync();
        rig.Time.AdvanceSeconds(3);
        await Eventually.Result(first);
        var second = rig.InvokeAsync("r2");
        Assert.False(second.IsCompleted);

        rig.StartSandbox();
        Assert.Equal("r2", (await Eventually.Result(rig.NextAsync()))!.Invocation.RequestId);
        rig.Respond("r2");
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(second)).Kind);
        Assert.Equal(1, rig.Sandbox.CpuShares);
    }

    [Fact]
    public async Task What_the_killed_runtime_still_asked_is_not_taken_for_the_new_ones()
    {
        var (rig, first) = await EnvironmentRig.InvokingAsync();
        rig.Time.AdvanceSeconds(3);
        await Eventually.Result(first);
        using var connection = new CancellationTokenSource();
        var late = rig.NextAsync(connection.Token);
        var lateError = rig.Environment.FailInitAsync("Runtime.Late", ImportError, connection.Token);
        await connection.CancelAsync();

        var second = rig.InvokeAsync("r2");
        rig.StartSandbox();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.Result(late));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.Result(lateError));
        Assert.Equal(EnvironmentState.Initializing, rig.State);
        Assert.Equal("r2", (await Eventually.Result(rig.NextAsync()))!.Invocation.RequestId);
        rig.Respond("r2");
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(second)).Kind);
    }

    [Fact]
    public async Task A_runtime_that_responds_and_hangs_is_reset_at_the_deadline()
    {
        var (rig, first) = await EnvironmentRig.InvokingAsync();
        rig.Respond("r1");
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(first)).Kind);
        var second = rig.InvokeAsync("r2");
        rig.Time.AdvanceSeconds(3);
        Assert.Equal((EnvironmentState.Resetting, 1), (rig.State, rig.Resets));

        rig.StartSandbox();
        Assert.Equal("r2", (await Eventually.Result(rig.NextAsync()))!.Invocation.RequestId);
        rig.Respond("r2");
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(second)).Kind);
    }

    [Fact]
    public async Task An_idle_environment_has_no_deadline()
    {
        var (rig, outcome) = await EnvironmentRig.InvokingAsync();
        rig.Respond("r1");
        await Eventually.Result(outcome);
        _ = rig.NextAsync();
        await Eventually.Holds(() => rig.State == EnvironmentState.Idle, "the runtime waits");
        rig.Time.AdvanceSeconds(10_000);
        Assert.Equal((EnvironmentState.Idle, 0, 0), (rig.State, rig.Resets, rig.Stops));
    }

    [Fact]
    public async Task An_init_over_its_limit_is_tried_once_more_under_the_functions_timeout()
    {
        using var rig = new EnvironmentRig();
        var outcome = rig.InvokeAsync("r1");
        rig.StartSandbox();
        rig.Time.Advance(Limits.InitPhase);
        Assert.Equal((EnvironmentState.Resetting, 1), (rig.State, rig.Resets));
        Assert.Equal(["INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: timeout\tError Type: Sandbox.Timedout"], rig.Log.Lines);
        Assert.False(outcome.IsCompleted);

        rig.StartSandbox();
        rig.Time.AdvanceSeconds(3);
        var ended = await Eventually.Result(outcome);
        Assert.Equal("RequestId: r1 Error: Task timed out after 3.00 seconds", EnvironmentRig.ErrorOf(ended).ErrorMessage);
        Assert.Equal((LeaseOutcome.Gone, EnvironmentState.Stopping, 1), (ended.Lease, rig.State, rig.Stops));
    }

    [Fact]
    public async Task An_init_that_succeeds_the_second_time_serves_the_invocation()
    {
        using var rig = new EnvironmentRig();
        var outcome = rig.InvokeAsync("r1");
        rig.StartSandbox();
        rig.Time.Advance(Limits.InitPhase);
        rig.StartSandbox();
        rig.Time.AdvanceSeconds(2);
        await Eventually.Result(rig.NextAsync());
        rig.Respond("r1");
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(outcome)).Kind);
        Assert.Contains("Init Duration: 2000.00 ms", rig.Log.Lines[^1]);
    }

    [Fact]
    public async Task An_init_error_reaches_the_invocation_that_waits()
    {
        using var rig = new EnvironmentRig();
        var outcome = rig.InvokeAsync("r1", tail: true);
        rig.StartSandbox();
        rig.Time.AdvanceSeconds(0.5);
        rig.Sandbox.Print("Traceback\n");
        Assert.Equal(RuntimeVerdict.Accepted, await rig.Environment.FailInitAsync("Runtime.ImportModuleError", ImportError, default));

        var ended = await Eventually.Result(outcome);
        Assert.Equal((OutcomeKind.FunctionFailed, LeaseOutcome.Gone), (ended.Kind, ended.Lease));
        Assert.Equal(ImportError, ended.Payload.ToArray());
        Assert.NotNull(ended.LogTail);
        Assert.Equal((EnvironmentState.Stopping, 1), (rig.State, rig.Stops));
        Assert.Equal(
            [
                "Traceback", "INIT_REPORT Init Duration: 500.00 ms\tPhase: init\tStatus: error\tError Type: Runtime.ImportModuleError",
                "START RequestId: r1 Version: $LATEST", "END RequestId: r1",
                "REPORT RequestId: r1\tDuration: 0.00 ms\tBilled Duration: 500 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\tInit Duration: 500.00 ms\tStatus: error\tError Type: Runtime.ImportModuleError",
            ],
            rig.Log.Lines);
    }

    [Fact]
    public async Task An_init_error_waits_for_the_invocation_of_the_first_lease_and_for_no_other()
    {
        using var rig = new EnvironmentRig();
        rig.StartSandbox();
        await rig.Environment.FailInitAsync("Runtime.ImportModuleError", ImportError, default);
        Assert.Equal(InvocationOutcome.NotStarted, await Eventually.Result(rig.InvokeAsync("r2")));
        Assert.Equal(ImportError, (await Eventually.Result(rig.InvokeAsync("r1"))).Payload.ToArray());
        Assert.Equal(InvocationOutcome.NotStarted, await Eventually.Result(rig.InvokeAsync("r1")));
    }

    [Fact]
    public async Task An_init_error_after_init_is_refused()
    {
        var (rig, _) = await EnvironmentRig.IdleAsync();
        Assert.Equal(RuntimeVerdict.InvalidState, await rig.Environment.FailInitAsync("Runtime.Late", ImportError, default));
        Assert.Equal(EnvironmentState.Idle, rig.State);
    }

    [Theory]
    [InlineData(1, null, false, "Runtime exited with error: exit status 1")]
    [InlineData(0, null, false, "Runtime exited without providing a reason")]
    [InlineData(null, 9, false, "Runtime exited with error: signal: killed")]
    [InlineData(137, null, true, "Runtime exited with error: signal: killed")]
    [InlineData(null, 11, false, "Runtime exited with error: signal: segmentation fault")]
    public async Task A_runtime_that_exits_in_an_invocation_fails_it_and_is_reset(int? code, int? signal, bool outOfMemory, string reason)
    {
        var (rig, outcome) = await EnvironmentRig.InvokingAsync();
        rig.Sandbox.Print("last words");
        rig.Exit(code, signal, outOfMemory);
        var ended = await Eventually.Result(outcome);
        var error = EnvironmentRig.ErrorOf(ended);
        Assert.Equal(("Runtime.ExitError", $"RequestId: r1 Error: {reason}"), (error.ErrorType, error.ErrorMessage));
        Assert.Equal((LeaseOutcome.Reusable, EnvironmentState.Resetting, 1), (ended.Lease, rig.State, rig.Resets));
        Assert.Equal(["last words", $"RequestId: r1 Error: {reason}", "Runtime.ExitError", "END RequestId: r1"], rig.Log.Lines.Skip(1).SkipLast(1));
        Assert.EndsWith($"Status: error\tError Type: {(outOfMemory ? "Runtime.OutOfMemory" : "Runtime.ExitError")}", rig.Log.Lines[^1]);
    }

    [Fact]
    public async Task A_runtime_that_exits_in_init_fails_the_invocation_that_waits_and_ends_the_environment()
    {
        using var rig = new EnvironmentRig();
        var outcome = rig.InvokeAsync("r1");
        rig.StartSandbox();
        rig.Exit(code: 2);
        var ended = await Eventually.Result(outcome);
        Assert.Equal("RequestId: r1 Error: Runtime exited with error: exit status 2", EnvironmentRig.ErrorOf(ended).ErrorMessage);
        Assert.Equal((LeaseOutcome.Gone, 1, 0), (ended.Lease, rig.Stops, rig.Resets));
    }

    [Fact]
    public async Task A_runtime_that_exits_while_idle_ends_its_environment_and_the_next_invocation_tries_another()
    {
        var (rig, next) = await EnvironmentRig.IdleAsync();
        rig.Exit(code: 0);
        Assert.Null(await Eventually.Result(next));
        Assert.Equal((EnvironmentState.Stopping, 1), (rig.State, rig.Stops));
        Assert.Equal(InvocationOutcome.NotStarted, await Eventually.Result(rig.InvokeAsync("r1")));
    }

    [Fact]
    public async Task A_runtime_that_exits_after_its_response_is_started_again()
    {
        var (rig, outcome) = await EnvironmentRig.InvokingAsync();
        rig.Respond("r1");
        await Eventually.Result(outcome);
        rig.Exit(code: 0);
        Assert.Equal((EnvironmentState.Resetting, 1, 0), (rig.State, rig.Resets, rig.Stops));
    }

    [Fact]
    public async Task The_exit_of_an_earlier_sandbox_changes_nothing()
    {
        var (rig, outcome) = await EnvironmentRig.InvokingAsync();
        var old = rig.Sandbox;
        rig.Time.AdvanceSeconds(3);
        await Eventually.Result(outcome);
        rig.StartSandbox();
        rig.Environment.RuntimeExited(old, new(null, 9, false));
        Assert.Equal(EnvironmentState.Initializing, rig.State);
    }

    [Fact]
    public async Task A_sandbox_that_cannot_be_made_refuses_the_invocation_that_waits_for_it()
    {
        using var rig = new EnvironmentRig();
        var outcome = rig.InvokeAsync("r1");
        rig.Environment.StartFailed(InvocationOutcome.Refused(RequestError.Throttled(ThrottleReason.CallerRateLimitExceeded)));
        Assert.Equal(ErrorCode.TooManyRequests, (await Eventually.Result(outcome)).Error!.Code);
        Assert.Equal((EnvironmentState.Stopping, 1), (rig.State, rig.Stops));
    }

    [Fact]
    public async Task A_stop_in_an_invocation_fails_it_as_a_killed_runtime_does()
    {
        var (rig, outcome) = await EnvironmentRig.InvokingAsync();
        rig.Environment.Stop();
        var ended = await Eventually.Result(outcome);
        Assert.Equal("RequestId: r1 Error: Runtime exited with error: signal: killed", EnvironmentRig.ErrorOf(ended).ErrorMessage);
        Assert.Equal((LeaseOutcome.Gone, 1), (ended.Lease, rig.Stops));
        Assert.Equal(InvocationOutcome.NotStarted, await Eventually.Result(rig.InvokeAsync("r2")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stop_that_lets_the_invocation_finish_comes_after_it(bool timesOut)
    {
        var (rig, outcome) = await EnvironmentRig.InvokingAsync();
        rig.Environment.StopWhenDone();
        Assert.Equal((EnvironmentState.Invoking, 0), (rig.State, rig.Stops));
        if (timesOut)
            rig.Time.AdvanceSeconds(3);
        else
            rig.Respond("r1");

        Assert.Equal(timesOut ? OutcomeKind.FunctionFailed : OutcomeKind.Succeeded, (await Eventually.Result(outcome)).Kind);
        Assert.Equal((EnvironmentState.Stopping, 1, 0), (rig.State, rig.Stops, rig.Resets));
    }

    [Fact]
    public async Task A_stop_while_idle_or_before_the_runtime_is_ready_lets_the_invocation_try_another()
    {
        var (idle, next) = await EnvironmentRig.IdleAsync();
        idle.Environment.StopWhenDone();
        idle.Environment.Stop();
        Assert.Null(await Eventually.Result(next));
        Assert.Equal(1, idle.Stops);

        using var starting = new EnvironmentRig();
        var outcome = starting.InvokeAsync("r1");
        starting.Environment.StopWhenDone();
        Assert.Equal(InvocationOutcome.NotStarted, await Eventually.Result(outcome));

        starting.StartSandbox();
        Assert.Equal(EnvironmentState.Stopping, starting.State);
    }
}
