using Hearth.Contracts.Environments;
using Hearth.Node.Tests.Support;
using Hearth.Node.Workers;
using Hearth.Node.Workers.Blanks;

namespace Hearth.Node.Tests.Workers;

/// <summary>Which sandbox a new environment gets: one that waits for it, or one that is made for it.</summary>
public class SandboxActorBlankTests : WorkerRig
{
    [Fact]
    public async Task A_waiting_sandbox_is_taken()
    {
        await ReadyAsync();
        var environment = await IdleAsync(Start(1, runtime: "waiting"));
        Assert.Empty(Driver.Made);
        Assert.NotNull(Blanks.Made[0].Sandbox);
        Assert.True(environment.Describe().Start!.Blank);
    }

    [Fact]
    public async Task Where_none_waits_one_is_made()
    {
        Blanks.IsQuick = false;
        var environment = await IdleAsync(Start(1, runtime: "waiting"));
        Assert.Single(Driver.Made);
        Assert.False(environment.Describe().Start!.Blank);
    }

    [Fact]
    public async Task A_function_that_does_not_fit_gets_its_own()
    {
        await ReadyAsync();
        await IdleAsync(Start(1, memoryMib: 513, runtime: "waiting"));
        Assert.Single(Driver.Made);
        Assert.Null(Blanks.Made[0].Sandbox);
    }

    [Fact]
    public async Task One_that_cannot_be_assigned_is_discarded_and_another_is_made()
    {
        await ReadyAsync();
        Blanks.Made[0].IsUseless = true;
        await IdleAsync(Start(1, runtime: "waiting"));
        Assert.Single(Driver.Made);
        Assert.True(Blanks.Made[0].IsDiscarded);
    }

    [Fact]
    public async Task After_a_timeout_the_environment_gets_one_made_for_it_since_tmp_is_kept()
    {
        await ReadyAsync();
        var lease = Start(1, runtime: "waiting");
        var environment = await IdleAsync(lease);
        await ReadyAsync();
        var outcome = InvokeAsync(lease, "r2");
        await Eventually.Holds(() => environment.State == EnvironmentState.Invoking, "the runtime has it");
        Time.AdvanceSeconds(3);
        Assert.Equal("Sandbox.Timedout", EnvironmentRig.ErrorOf(await Eventually.Result(outcome)).ErrorType);
        await Eventually.Holds(() => environment.State == EnvironmentState.Initializing, "the sandbox is made again");
        Assert.Equal([true], Blanks.Made[0].Sandbox!.Stops);
        Assert.Single(Driver.Made);
    }

    [Fact]
    public async Task A_package_that_is_prepared_has_its_runtime_wait()
    {
        Worker.Tell(new PreparePackage(Code, "waiting", 128), TestActor);
        ExpectMsg<PackagePrepared>();
        await ReadyAsync();
    }

    [Fact]
    public async Task A_drain_ends_what_waits()
    {
        await ReadyAsync();
        Worker.Tell(WorkerActor.Drain.Instance, TestActor);
        ExpectMsg<WorkerActor.Drained>();
        Assert.True(Blanks.Made[0].IsDiscarded);
    }

    private async Task ReadyAsync()
    {
        Worker.Tell(new BlankActor.Expect("waiting", 128), TestActor);
        await Eventually.Holds(
            () =>
            {
                Worker.Tell(BlankActor.Describe.Instance, TestActor);
                return ExpectMsg<BlankActor.Described>().Blanks.Any(blank => blank.Ready == 1);
            },
            "a sandbox waits");
    }
}
