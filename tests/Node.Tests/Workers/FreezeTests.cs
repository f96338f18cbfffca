using Hearth.Node.Tests.Support;
using Hearth.Node.Workers;

namespace Hearth.Node.Tests.Workers;

/// <summary>When an environment's processes are stopped between invocations, and when they go on.</summary>
public sealed class FreezeTests
{
    [Fact]
    public async Task An_environment_that_is_idle_for_a_second_is_frozen_and_thawed_by_its_next_invocation()
    {
        var (rig, next) = await EnvironmentRig.IdleAsync();
        rig.Time.Advance(ExecutionEnvironment.FreezeAfter - TimeSpan.FromMilliseconds(1));
        Assert.False(rig.Sandbox.IsFrozen);
        rig.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(rig.Sandbox.IsFrozen);
        Assert.Equal(EnvironmentState.Idle, rig.State);

        var outcome = rig.InvokeAsync("r1");
        Assert.False(rig.Sandbox.IsFrozen);
        Assert.Equal("r1", (await Eventually.Result(next))!.Invocation.RequestId);
        rig.Respond("r1");
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(outcome)).Kind);
        Assert.False(rig.Sandbox.IsFrozen);
    }

    [Fact]
    public async Task The_second_begins_anew_with_each_invocation()
    {
        var (rig, next) = await EnvironmentRig.IdleAsync();
        for (var i = 0; i < 5; i++)
        {
            rig.Time.AdvanceSeconds(0.9);
            var outcome = rig.InvokeAsync($"r{i}");
            await Eventually.Result(next);
            rig.Respond($"r{i}");
            await Eventually.Result(outcome);
            next = rig.NextAsync();
            await Eventually.Holds(() => rig.State == EnvironmentState.Idle, "the runtime waits");
            Assert.False(rig.Sandbox.IsFrozen);
        }
    }

    [Fact]
    public async Task An_invocation_that_takes_long_is_not_stopped()
    {
        var (rig, outcome) = await EnvironmentRig.InvokingAsync();
        rig.Time.AdvanceSeconds(2);
        Assert.False(rig.Sandbox.IsFrozen);
        rig.Respond("r1");
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(outcome)).Kind);
        rig.Time.AdvanceSeconds(0.9);
        Assert.False(rig.Sandbox.IsFrozen); // It has answered, and is about to ask for more.
    }

    [Fact]
    public async Task A_runtime_that_has_dropped_its_connection_is_left_to_ask_again()
    {
        using var hangUp = new CancellationTokenSource();
        var (rig, _) = await EnvironmentRig.IdleAsync();
        var second = rig.NextAsync(hangUp.Token);
        await hangUp.CancelAsync();
        Assert.Null(await Eventually.Result(second));
        rig.Time.AdvanceSeconds(5);
        Assert.False(rig.Sandbox.IsFrozen);

        var third = rig.NextAsync();
        rig.Time.AdvanceSeconds(1);
        await Eventually.Holds(() => rig.Sandbox.IsFrozen, "it waits again, and is stopped");
        Assert.False(third.IsCompleted);
    }
}
