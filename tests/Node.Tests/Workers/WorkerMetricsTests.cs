using Hearth.Contracts.Environments;
using Hearth.Node.Tests.Support;
using Hearth.Node.Workers;
using Hearth.Node.Workers.Drivers;

namespace Hearth.Node.Tests.Workers;

/// <summary>What a worker tells of the environments it starts and ends. It has 1,024 MiB.</summary>
public sealed class WorkerMetricsTests : WorkerRig
{
    [Fact]
    public async Task A_cold_start_tells_its_way_and_its_phases()
    {
        var lease = Start(1, decidedAt: Time.GetUtcNow() - TimeSpan.FromMilliseconds(30));
        await IdleAsync(lease);
        Assert.Equal(1, Readings["hearth.environments.started{runtime=plain}"]);
        Assert.Equal(1, Readings["hearth.sandbox.starts{runtime=plain,way=new}"]);
        await Eventually.Holds(() => Phase("init").Count == 1, "the start is told");
        Assert.Equal(0.03, Assert.Single(Phase("placement")), 3);
        foreach (var phase in (string[])["queue", "package", "sandbox"])
            Assert.Equal(0, Assert.Single(Phase(phase)));
        Assert.Equal(1, Readings["hearth.environments{state=idle}"]);
        Assert.Equal(256 << 20, Readings["hearth.memory.reserved"]);
        Assert.Equal(1_024 << 20, Readings["hearth.memory.limit"]);
    }

    [Fact]
    public async Task A_reset_is_no_cold_start_and_did_not_wait_all_its_life_for_memory()
    {
        var lease = Start(1);
        var environment = await IdleAsync(lease);
        await Eventually.Holds(() => Phase("init").Count == 1, "the start is told");
        Time.AdvanceSeconds(100);
        var outcome = InvokeAsync(lease, "r2");
        await Eventually.Holds(() => environment.State == EnvironmentState.Invoking, "the runtime has it");
        Time.AdvanceSeconds(3);
        Assert.True((await Eventually.Result(outcome)).TimedOut);
        await Eventually.Holds(() => environment.State == EnvironmentState.Initializing, "the sandbox is made again");
        Assert.Equal(0, environment.Describe().Start!.QueueMs);

        _ = environment.NextAsync(default);
        await Eventually.Holds(() => environment.State == EnvironmentState.Idle, "the runtime waits");
        Stop(lease.EnvironmentId);
        ExpectEnded(lease);
        Assert.Single(Phase("init"));
        Assert.Equal(1, Readings["hearth.sandbox.starts{runtime=plain,way=reset}"]);
        Assert.Equal(1, Readings["hearth.environments.started{runtime=plain}"]);
    }

    [Theory]
    [InlineData(StopReason.Expired, "expired")]
    [InlineData(StopReason.MemoryPressure, "memory_pressure")]
    [InlineData(StopReason.Updated, "updated")]
    [InlineData(StopReason.Deleted, "deleted")]
    [InlineData(StopReason.Unfit, "unfit")]
    [InlineData(StopReason.Unspecified, "unspecified")]
    public async Task An_environment_that_is_stopped_ends_for_the_reason_it_was_given(StopReason reason, string word)
    {
        var lease = Start(1);
        await IdleAsync(lease);
        Worker.Tell(new StopEnvironment(lease.EnvironmentId, reason), TestActor);
        ExpectEnded(lease);
        AssertEnded(word);
        await Eventually.Holds(() => Readings["hearth.memory.reserved"] == 0, "its memory is free");
    }

    [Fact]
    public async Task A_runtime_that_exits_while_idle_is_told_apart()
    {
        var lease = Start(1);
        await IdleAsync(lease);
        Driver.Made[0].Exit(new SandboxExit(1, null, false));
        ExpectEnded(lease);
        AssertEnded("exited");
    }

    [Fact]
    public async Task A_function_that_cannot_be_loaded_is_told_apart()
    {
        var lease = Start(1);
        await Eventually.Holds(() => Driver.Made.Count == 1, "the sandbox is made");
        Driver.Made[0].Exit(new SandboxExit(1, null, false));
        ExpectEnded(lease);
        AssertEnded("init_failed");
    }

    [Fact]
    public void A_sandbox_that_cannot_be_made_is_told_apart()
    {
        Driver.BeforeStart = _ => throw new SandboxStartException("no room");
        ExpectEnded(Start(1));
        AssertEnded("start_failed");
    }

    [Fact]
    public async Task A_start_that_finds_no_memory_is_told_apart_and_seen_while_it_waits()
    {
        await IdleAsync(Start(1, memoryMib: 1_024));
        var late = Start(2);
        await Eventually.Holds(() => Readings["hearth.starts.waiting"] == 1, "it waits");
        Assert.Equal(1, Readings["hearth.environments{state=starting}"]);
        Functions.ExpectMsg<ReclaimEnvironment>(); // And nobody gives it up.
        Time.AdvanceSeconds(11);
        await Eventually.Holds(() =>
        {
            Worker.Tell(new StopEnvironment(Samples.Environment(9)), TestActor);
            return Readings["hearth.environments.ended{reason=no_memory}"] == 1;
        }, "it is refused");
        ExpectEnded(late);
    }

    private IReadOnlyList<double> Phase(string name) => Readings.All($"hearth.cold.start.phase{{phase={name},runtime=plain,blank=no}}");

    private void AssertEnded(string reason)
    {
        Assert.Equal(1, Readings[$"hearth.environments.ended{{reason={reason}}}"]);
        Assert.Equal(1, Readings.Sum("hearth.environments.ended"));
        Assert.Equal(Readings.Sum("hearth.environments.started"), Readings.Sum("hearth.environments.ended") + Readings.Sum("hearth.environments"));
    }
}
