using Hearth.Contracts.Environments;
using Hearth.Contracts.Errors;
using Hearth.Node.Packages;
using Hearth.Node.Tests.Packages;
using Hearth.Node.Tests.Support;
using Hearth.Node.Workers;
using Hearth.Node.Workers.Drivers;

namespace Hearth.Node.Tests.Workers;

/// <summary>One sandbox's life under its actor, seen through the worker that makes the actor.</summary>
public class SandboxActorTests : WorkerRig
{
    [Fact]
    public async Task After_a_timeout_the_sandbox_is_made_again_with_its_scratch_kept()
    {
        var lease = Start(1);
        var environment = await IdleAsync(lease);
        var outcome = InvokeAsync(lease, "r2");
        await Eventually.Holds(() => environment.State == EnvironmentState.Invoking, "the runtime has it");
        Time.AdvanceSeconds(3);
        Assert.Equal("Sandbox.Timedout", EnvironmentRig.ErrorOf(await Eventually.Result(outcome)).ErrorType);
        await Eventually.Holds(() => environment.State == EnvironmentState.Initializing, "the sandbox is made again");
        Assert.Equal([true], Driver.Made[0].Stops);
        Assert.Equal(2, Driver.Made.Count);

        // The first sandbox's exit, which its stop brought about, is no news of the second.
        var next = environment.NextAsync(default);
        var again = InvokeAsync(lease, "r3");
        Assert.Equal("r3", (await Eventually.Result(next))!.Invocation.RequestId);
        environment.Respond("r3", OutcomeKind.Succeeded, "{}"u8.ToArray());
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(again)).Kind);
    }

    [Fact]
    public async Task A_runtime_that_exits_is_noticed()
    {
        var lease = Start(1);
        await IdleAsync(lease);
        Driver.Made[0].Exit(new SandboxExit(1, null, false));
        ExpectEnded(lease);
        Assert.Equal([false], Driver.Made[0].Stops);
    }

    [Fact]
    public async Task The_end_is_reported_only_once_the_sandbox_is_gone()
    {
        var lease = Start(1);
        await IdleAsync(lease);
        var removal = new TaskCompletionSource();
        Driver.Made[0].OnStop = _ => removal.Task;
        Stop(lease.EnvironmentId);
        await Eventually.Holds(() => Driver.Made[0].Stops.Count == 1, "the sandbox is being removed");
        Worker.Tell(new ReportEnvironments("hello"), TestActor);
        Assert.Single(ExpectMsg<EnvironmentsReported>().Environments);
        Assert.False(Functions.HasMessages);

        removal.SetResult();
        ExpectEnded(lease);
    }

    [Fact]
    public async Task A_stop_lets_the_running_invocation_finish()
    {
        var lease = Start(1);
        var environment = await IdleAsync(lease);
        var outcome = InvokeAsync(lease, "r2");
        await Eventually.Holds(() => environment.State == EnvironmentState.Invoking, "the runtime has it");
        Stop(lease.EnvironmentId);
        Worker.Tell(new ReportEnvironments("hello"), TestActor);
        ExpectMsg<EnvironmentsReported>();
        environment.Respond("r2", OutcomeKind.Succeeded, "{}"u8.ToArray());
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(outcome)).Kind);
        ExpectEnded(lease);
    }

    [Fact]
    public async Task A_sandbox_that_comes_after_its_environment_was_stopped_is_removed()
    {
        var made = new TaskCompletionSource();
        Driver.BeforeStart = _ => made.Task;
        var lease = Start(1);
        var outcome = InvokeAsync(lease);
        await Eventually.Holds(() => Driver.Specs.Count == 1, "the sandbox is being made");
        Stop(lease.EnvironmentId);
        Assert.Equal(InvocationOutcome.NotStarted, await Eventually.Result(outcome));

        // The driver had gone too far to be cancelled.
        made.SetResult();
        ExpectEnded(lease);
        Assert.Equal([false], Assert.Single(Driver.Made).Stops);
    }

    [Fact]
    public async Task A_start_that_can_be_cancelled_is_cancelled()
    {
        Driver.BeforeStart = cancellation => Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        var lease = Start(1);
        await Eventually.Holds(() => Driver.Specs.Count == 1, "the sandbox is being made");
        Stop(lease.EnvironmentId);
        ExpectEnded(lease);
        Assert.Empty(Driver.Made);
    }

    public static TheoryData<Exception> StartFailures() =>
        [new SandboxStartException("no runc"), new IOException("no disk"), new InvalidOperationException("a bug")];

    [Theory]
    [MemberData(nameof(StartFailures))]
    public async Task A_sandbox_that_cannot_be_made_refuses_its_invocation_whatever_went_wrong(Exception failure)
    {
        Driver.BeforeStart = _ => throw failure;
        var lease = Start(1);
        var refused = (await Eventually.Result(InvokeAsync(lease))).Error!;
        Assert.Equal(ErrorCode.Service, refused.Code);
        Assert.DoesNotContain(failure.Message, refused.Message);
        ExpectEnded(lease);
        Driver.BeforeStart = _ => Task.CompletedTask;
        await IdleAsync(Start(2, memoryMib: 1_024));
    }

    [Fact]
    public async Task A_sandbox_that_cannot_be_made_again_ends_its_environment_and_the_scratch()
    {
        var (environment, outcome) = await InvokingAsync();
        Driver.BeforeStart = _ => throw new SandboxStartException("no runc");
        Time.AdvanceSeconds(3);
        Assert.Equal("Sandbox.Timedout", EnvironmentRig.ErrorOf(await Eventually.Result(outcome)).ErrorType);
        Functions.ExpectMsg<EnvironmentEnded>();
        Assert.Equal([true, false], Driver.Made[0].Stops);
        Assert.Equal(EnvironmentState.Stopping, environment.State);
    }

    [Fact]
    public async Task A_sandbox_that_cannot_be_removed_for_its_reset_ends_its_environment_and_the_invocation_that_waits()
    {
        var (environment, outcome) = await InvokingAsync();
        var removal = new TaskCompletionSource();
        Driver.Made[0].OnStop = keepScratch => keepScratch ? removal.Task : Task.CompletedTask;
        Time.AdvanceSeconds(3);
        await Eventually.Result(outcome);
        var next = InvokeAsync(Samples.Lease(environment.Id), "r3");
        removal.SetException(new IOException("busy"));
        Assert.Equal(InvocationOutcome.NotStarted, await Eventually.Result(next));
        Functions.ExpectMsg<EnvironmentEnded>();
        Assert.Equal([true, false], Driver.Made[0].Stops);
    }

    [Fact]
    public async Task A_stop_in_a_reset_removes_the_scratch_too()
    {
        var (environment, outcome) = await InvokingAsync();
        var removal = new TaskCompletionSource();
        Driver.Made[0].OnStop = keepScratch => keepScratch ? removal.Task : Task.CompletedTask;
        Time.AdvanceSeconds(3);
        await Eventually.Result(outcome);
        await Eventually.Holds(() => Driver.Made[0].Stops.Count == 1, "the sandbox is being removed");
        Stop(environment.Id);
        await Eventually.Holds(() => environment.State == EnvironmentState.Stopping, "the environment is ending");
        removal.SetResult();
        Functions.ExpectMsg<EnvironmentEnded>();
        Assert.Equal([true, false], Driver.Made[0].Stops);
        Assert.Single(Driver.Made);
    }

    [Fact]
    public async Task A_sandbox_that_cannot_be_removed_frees_its_environment_all_the_same()
    {
        var lease = Start(1);
        await IdleAsync(lease);
        Driver.Made[0].OnStop = _ => Task.FromException(new IOException("busy"));
        Stop(lease.EnvironmentId);
        ExpectEnded(lease);
        await IdleAsync(Start(2, memoryMib: 1_024));
    }

    [Fact]
    public async Task A_runtime_that_is_not_installed_any_more_refuses_the_invocation()
    {
        var lease = Start(1, runtime: "java21");
        Assert.Equal(ErrorCode.InvalidRuntime, (await Eventually.Result(InvokeAsync(lease))).Error!.Code);
        ExpectEnded(lease);
    }

    [Fact]
    public async Task A_package_that_is_not_in_the_store_refuses_the_invocation()
    {
        Code = Samples.Code;
        var lease = Start(1);
        Assert.Equal(ErrorCode.Service, (await Eventually.Result(InvokeAsync(lease))).Error!.Code);
        ExpectEnded(lease);
    }

    [Theory]
    [InlineData(null, "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]")]
    [InlineData(0x81A4, "fork/exec /var/task/bootstrap: permission denied")]
    public async Task A_package_without_a_bootstrap_that_runs_is_the_functions_error(int? mode, string reason)
    {
        var zip = ZipBuilder.Of(mode is null ? ZipBuilder.File("app.sh") : ZipBuilder.File("bootstrap") with { Mode = mode.Value });
        Code = ((PackageAdded.Stored)await Packages.AddAsync(zip, default)).Code;
        var lease = Start(1, runtime: "provided");
        var error = EnvironmentRig.ErrorOf(await Eventually.Result(InvokeAsync(lease)));
        Assert.Equal(("Runtime.InvalidEntrypoint", $"RequestId: r1 Error: {reason}"), (error.ErrorType, error.ErrorMessage));
        Assert.Empty(Driver.Specs);
        ExpectEnded(lease);
    }

    private async Task<(ExecutionEnvironment Environment, Task<InvocationOutcome> Outcome)> InvokingAsync()
    {
        var lease = Start(1);
        var environment = await IdleAsync(lease);
        var outcome = InvokeAsync(lease, "r2");
        await Eventually.Holds(() => environment.State == EnvironmentState.Invoking, "the runtime has it");
        return (environment, outcome);
    }
}
