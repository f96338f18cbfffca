using System.Text;
using Hearth.Contracts.Functions;
using Hearth.Node.Tests.Support;
using Hearth.Node.Workers;

namespace Hearth.Node.Tests.Workers;

/// <summary>Invocations that go well, and the order in which runtime, sandbox and callers may come.</summary>
public class ExecutionEnvironmentTests
{
    [Fact]
    public async Task An_invocation_reaches_the_waiting_runtime_and_its_response_the_caller()
    {
        var (rig, next) = await EnvironmentRig.IdleAsync();
        var outcome = rig.InvokeAsync("r1");
        var delivery = (await Eventually.Result(next))!;
        Assert.Equal("r1", delivery.Invocation.RequestId);
        Assert.Equal(rig.Time.Now.AddSeconds(3), delivery.Deadline);
        Assert.Equal("r1", rig.Environment.Lease!.RequestId);

        Assert.Equal(RuntimeVerdict.Accepted, rig.Respond("r1", "[1]"));
        var ended = await Eventually.Result(outcome);
        Assert.Equal((OutcomeKind.Succeeded, "[1]", LeaseOutcome.Reusable), (ended.Kind, Encoding.UTF8.GetString(ended.Payload.Span), ended.Lease));
        Assert.Null(ended.LogTail);
        Assert.Null(rig.Environment.Lease);
        Assert.Equal(EnvironmentState.Responded, rig.State);
    }

    [Fact]
    public async Task A_warm_environment_serves_one_invocation_after_the_other()
    {
        var (rig, next) = await EnvironmentRig.IdleAsync();
        for (var n = 0; n < 5; n++)
        {
            var outcome = rig.InvokeAsync($"r{n}");
            Assert.Equal($"r{n}", (await Eventually.Result(next))!.Invocation.RequestId);
            rig.Respond($"r{n}");
            next = rig.NextAsync();
            Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(outcome)).Kind);
        }

        Assert.Equal(1, rig.Sandbox.CpuShares);
        Assert.Equal((0, 0), (rig.Resets, rig.Stops));
    }

    [Fact]
    public async Task An_invocation_that_comes_before_the_sandbox_waits_for_its_runtime()
    {
        using var rig = new EnvironmentRig();
        var outcome = rig.InvokeAsync("r1");
        rig.StartSandbox();
        Assert.Equal("r1", (await Eventually.Result(rig.NextAsync()))!.Invocation.RequestId);
        rig.Respond("r1");
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(outcome)).Kind);
    }

    [Fact]
    public async Task A_runtime_that_asks_before_its_sandbox_is_known_waits_for_that()
    {
        using var rig = new EnvironmentRig();
        var next = rig.NextAsync();
        Assert.False(next.IsCompleted);
        rig.StartSandbox();
        await Eventually.Holds(() => rig.State == EnvironmentState.Idle, "the runtime waits");
        _ = rig.InvokeAsync("r1");
        Assert.Equal("r1", (await Eventually.Result(next))!.Invocation.RequestId);
    }

    [Fact]
    public async Task The_cpu_share_is_applied_once_the_runtime_is_ready()
    {
        using var rig = new EnvironmentRig();
        rig.StartSandbox();
        Assert.Equal(0, rig.Sandbox.CpuShares);
        _ = rig.NextAsync();
        await Eventually.Holds(() => rig.Sandbox.CpuShares == 1, "the share is applied");
    }

    [Fact]
    public async Task A_response_with_another_id_is_told_so_and_the_right_one_is_still_taken()
    {
        var (rig, outcome) = await EnvironmentRig.InvokingAsync();
        Assert.Equal(RuntimeVerdict.InvalidRequestId, rig.Respond("r2"));
        Assert.False(outcome.IsCompleted);
        Assert.Equal(RuntimeVerdict.Accepted, rig.Respond("r1"));
    }

    [Fact]
    public async Task A_response_out_of_turn_is_refused()
    {
        var (rig, next) = await EnvironmentRig.IdleAsync();
        Assert.Equal(RuntimeVerdict.InvalidState, rig.Respond("r1"));
        _ = rig.InvokeAsync("r1");
        await Eventually.Result(next);
        Assert.Equal(RuntimeVerdict.Accepted, rig.Respond("r1"));
        Assert.Equal(RuntimeVerdict.InvalidState, rig.Respond("r1"));
    }

    [Fact]
    public async Task A_runtime_that_asks_in_the_middle_of_an_invocation_is_refused()
    {
        var (rig, outcome) = await EnvironmentRig.InvokingAsync();
        await Assert.ThrowsAsync<RuntimeStateException>(() => rig.NextAsync());
        rig.Respond("r1");
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(outcome)).Kind);
    }

    [Fact]
    public async Task An_error_of_the_function_reaches_the_caller_as_the_runtime_wrote_it()
    {
        var (rig, outcome) = await EnvironmentRig.InvokingAsync();
        rig.Environment.Respond("r1", OutcomeKind.FunctionFailed, """{"errorType":"KeyError","errorMessage":"'x'"}"""u8.ToArray());
        Assert.Equal("KeyError", EnvironmentRig.ErrorOf(await Eventually.Result(outcome)).ErrorType);
        Assert.Equal(LeaseOutcome.Reusable, (await outcome).Lease);
    }

    [Fact]
    public async Task Of_two_leases_at_once_the_second_is_not_started_and_the_first_goes_on()
    {
        var (rig, first) = await EnvironmentRig.InvokingAsync();
        Assert.Equal(InvocationOutcome.NotStarted, await Eventually.Result(rig.InvokeAsync("r2")));
        Assert.Equal("r1", rig.Environment.Lease!.RequestId);
        rig.Respond("r1");
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(first)).Kind);
    }

    [Fact]
    public async Task A_runtime_whose_connection_broke_asks_again_and_gets_the_invocation()
    {
        using var rig = new EnvironmentRig();
        rig.StartSandbox();
        using var connection = new CancellationTokenSource();
        var broken = rig.NextAsync(connection.Token);
        await Eventually.Holds(() => rig.State == EnvironmentState.Idle, "the runtime waits");
        await connection.CancelAsync();
        Assert.Null(await Eventually.Result(broken));

        var outcome = rig.InvokeAsync("r1");
        Assert.Equal("r1", (await Eventually.Result(rig.NextAsync()))!.Invocation.RequestId);
        rig.Respond("r1");
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(outcome)).Kind);
    }

    [Fact]
    public async Task A_runtime_that_drops_its_connection_and_never_asks_again_is_started_again_for_the_invocation_that_waits()
    {
        using var rig = new EnvironmentRig();
        rig.StartSandbox();
        using var connection = new CancellationTokenSource();
        var next = rig.NextAsync(connection.Token);
        await connection.CancelAsync();
        Assert.Null(await Eventually.Result(next));

        var outcome = rig.InvokeAsync("r1");
        rig.Time.AdvanceSeconds(4);
        await Eventually.Holds(() => rig.Resets == 1, "the environment is reset");
        rig.StartSandbox();
        await Eventually.Result(rig.NextAsync());
        Assert.Equal(RuntimeVerdict.Accepted, rig.Respond("r1"));
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(outcome)).Kind);
    }

    [Fact]
    public async Task A_runtime_that_asks_twice_is_answered_on_the_later_connection()
    {
        var (rig, first) = await EnvironmentRig.IdleAsync();
        var second = rig.NextAsync();
        Assert.Null(await Eventually.Result(first));
        _ = rig.InvokeAsync("r1");
        Assert.Equal("r1", (await Eventually.Result(second))!.Invocation.RequestId);
    }

    [Fact]
    public async Task Start_end_and_report_enclose_what_the_function_wrote()
    {
        var (rig, next) = await EnvironmentRig.IdleAsync(initSeconds: 0.25);
        _ = rig.InvokeAsync("r1");
        await Eventually.Result(next);
        rig.Time.Advance(TimeSpan.FromMilliseconds(12.3));
        rig.Sandbox.Print("hello\nhalf");
        rig.Sandbox.PeakMemoryBytes = (40 * 1_048_576) + 1;
        rig.Respond("r1");
        Assert.Equal(
            [
                "START RequestId: r1 Version: $LATEST", "hello", "half", "END RequestId: r1",
                "REPORT RequestId: r1\tDuration: 12.30 ms\tBilled Duration: 263 ms\tMemory Size: 128 MB\tMax Memory Used: 41 MB\tInit Duration: 250.00 ms\t",
            ],
            rig.Log.Lines);
    }

    [Fact]
    public async Task Init_is_reported_and_billed_only_once()
    {
        var (rig, next) = await EnvironmentRig.IdleAsync(initSeconds: 0.25);
        foreach (var request in new[] { "r1", "r2" })
        {
            _ = rig.InvokeAsync(request);
            await Eventually.Result(next);
            rig.Time.Advance(TimeSpan.FromMilliseconds(10));
            rig.Respond(request);
            next = rig.NextAsync();
        }

        Assert.Equal(
            "REPORT RequestId: r2\tDuration: 10.00 ms\tBilled Duration: 10 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t",
            rig.Log.Lines[^1]);
    }

    [Fact]
    public async Task What_the_function_wrote_while_it_was_loaded_comes_before_start()
    {
        using var rig = new EnvironmentRig();
        var outcome = rig.InvokeAsync("r1", tail: true);
        rig.StartSandbox();
        rig.Sandbox.Print("loading\n");
        await Eventually.Result(rig.NextAsync());
        rig.Respond("r1");
        Assert.Equal("loading", rig.Log.Lines[0]);
        Assert.StartsWith("loading\nSTART", Encoding.UTF8.GetString((await Eventually.Result(outcome)).LogTail!));
    }

    [Fact]
    public async Task A_caller_who_asked_for_it_gets_the_last_4_kb_of_its_own_log()
    {
        var (rig, outcome) = await EnvironmentRig.InvokingAsync(tail: true);
        rig.Sandbox.Print(string.Concat(Enumerable.Range(0, 1_000).Select(n => $"line {n}\n")));
        rig.Respond("r1");
        var tail = Encoding.UTF8.GetString((await Eventually.Result(outcome)).LogTail!);
        Assert.Equal(4_096, tail.Length);
        Assert.EndsWith("\t\n", tail);
        Assert.Contains("line 999\nEND RequestId: r1\nREPORT", tail);

        _ = rig.NextAsync();
        var second = rig.InvokeAsync("r2");
        rig.Respond("r2");
        Assert.Null((await Eventually.Result(second)).LogTail);
    }
}
