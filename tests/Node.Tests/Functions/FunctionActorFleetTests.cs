using Akka.Actor;
using Akka.Cluster.Sharding;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Tests.Support;

namespace Hearth.Node.Tests.Functions;

/// <summary>Who may invoke now, and in which environment.</summary>
public class FunctionActorFleetTests : FunctionActorRig
{
    [Fact]
    public void The_first_invocation_starts_an_environment_and_the_next_reuses_it()
    {
        var (actor, deployment) = StartActive();
        var lease = Admit(actor, "r1");
        var start = Worker.ExpectMsg<StartEnvironment>();
        Assert.Equal((lease.EnvironmentId, lease), (start.EnvironmentId, start.Lease));
        Assert.Equal(("hello", "$LATEST", deployment, Samples.Settings, Samples.Code),
            (start.Spec.FunctionName, start.Spec.Version, start.Spec.Deployment, start.Spec.Settings, start.Spec.Code));
        Assert.Equal(("node", "r1", "$LATEST", Time.Now.AddSeconds(63)), (lease.WorkerId, lease.RequestId, lease.Version, lease.ExpiresAt));

        Release(actor, lease);
        Assert.Equal(lease.EnvironmentId, Admit(actor, "r2").EnvironmentId);
        ExpectNothingForTheWorker(actor);
    }

    [Fact]
    public void An_unknown_function_cannot_be_invoked_and_its_version_is_named()
    {
        var actor = Start();
        actor.Tell(new AdmitInvocation("hello", "r1"), TestActor);
        Assert.Equal("Function not found: arn:aws:lambda:us-east-1:000000000000:function:hello:$LATEST", ExpectRefusal().Message);
        actor.Tell(new DescribeEnvironments("hello"), TestActor);
        Assert.Equal(ErrorCode.ResourceNotFound, ExpectRefusal().Code);
    }

    [Fact]
    public void A_pending_function_cannot_be_invoked()
    {
        var actor = Start();
        actor.Tell(new CreateFunction("hello", Samples.Settings, Samples.Code), TestActor);
        ExpectMsg<FunctionDescribed>();
        actor.Tell(new AdmitInvocation("hello", "r1"), TestActor);
        Assert.Equal("The operation cannot be performed at this time. The function is currently in the following state: Pending", ExpectRefusal().Message);
    }

    [Fact]
    public void At_the_limit_invocations_are_throttled_until_a_lease_ends()
    {
        Context = Context with { ConcurrencyLimit = 2 };
        var (actor, _) = StartActive();
        var first = AdmitCold(actor, "r1");
        AdmitCold(actor, "r2");
        actor.Tell(new AdmitInvocation("hello", "r3"), TestActor);
        var refused = ExpectRefusal();
        Assert.Equal((ErrorCode.TooManyRequests, "ConcurrentInvocationLimitExceeded"), (refused.Code, refused.Reason));

        Release(actor, first);
        Assert.Equal(first.EnvironmentId, Admit(actor, "r3").EnvironmentId);
    }

    [Fact]
    public void Environments_that_come_too_fast_are_throttled_until_time_has_passed()
    {
        Fleet.Enter(Join("node", Worker, totalMib: 1_000));
        var (actor, _) = StartActive();
        for (var n = 0; n < 100; n++)
        {
            Release(actor, AdmitCold(actor, $"r{n}"), LeaseOutcome.Gone);
            Worker.ExpectMsg<StopEnvironment>();
        }

        actor.Tell(new AdmitInvocation("hello", "late"), TestActor);
        var refused = ExpectRefusal();
        Assert.Equal((ErrorCode.TooManyRequests, "ConcurrentInvocationLimitExceeded"), (refused.Code, refused.Reason));

        Time.Advance(TimeSpan.FromSeconds(0.1));
        AdmitCold(actor, "late");
    }

    [Fact]
    public void An_environment_that_is_gone_is_not_leased_again_and_the_worker_hears_of_it()
    {
        var (actor, _) = StartActive();
        var first = AdmitCold(actor, "r1");
        Release(actor, first, LeaseOutcome.Gone);
        Assert.Equal(first.EnvironmentId, Worker.ExpectMsg<StopEnvironment>().EnvironmentId);
        Assert.NotEqual(first.EnvironmentId, AdmitCold(actor, "r2").EnvironmentId);
    }

    [Fact]
    public void An_environment_whose_end_the_worker_reports_is_not_leased_again()
    {
        Context = Context with { ConcurrencyLimit = 1 };
        var (actor, _) = StartActive();
        var first = AdmitCold(actor, "r1");
        actor.Tell(new EnvironmentEnded("hello", first.EnvironmentId), Worker);
        var second = AdmitCold(actor, "r2");
        Release(actor, first);
        Assert.Equal("r2", Assert.Single(Environments(actor)).State == "Leased" ? second.RequestId : "");
    }

    [Fact]
    public void An_environment_idle_for_too_long_is_stopped_and_not_a_moment_before()
    {
        var (actor, _) = StartActive();
        var lease = AdmitCold(actor, "r1");
        Release(actor, lease);
        ExpectNothingForTheWorker(actor);
        Time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        ExpectNothingForTheWorker(actor);
        Time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(lease.EnvironmentId, Worker.ExpectMsg<StopEnvironment>().EnvironmentId);
        Assert.Empty(Environments(actor));
    }

    [Fact]
    public void A_lease_past_its_end_frees_its_place_and_its_environment_is_stopped()
    {
        Context = Context with { ConcurrencyLimit = 1 };
        var (actor, _) = StartActive();
        var lost = AdmitCold(actor, "r1");
        Time.AdvanceSeconds(63);
        Assert.Equal(lost.EnvironmentId, Worker.ExpectMsg<StopEnvironment>().EnvironmentId);
        AdmitCold(actor, "r2");
    }

    [Fact]
    public void A_worker_short_of_memory_gets_an_idle_environment_and_no_leased_one()
    {
        var (actor, _) = StartActive();
        var lease = AdmitCold(actor, "r1");
        actor.Tell(new ReclaimEnvironment("hello", lease.EnvironmentId), Worker);
        ExpectNothingForTheWorker(actor);
        Release(actor, lease);
        actor.Tell(new ReclaimEnvironment("hello", lease.EnvironmentId), Worker);
        Assert.Equal(lease.EnvironmentId, Worker.ExpectMsg<StopEnvironment>().EnvironmentId);
        AdmitCold(actor, "r2");
    }

    [Fact]
    public void A_worker_short_of_memory_ends_an_environment_that_the_function_has_forgotten()
    {
        var (actor, _) = StartActive();
        actor.Tell(new ReclaimEnvironment("hello", Samples.Environment(7), "node"), Worker);
        Assert.Equal(new StopEnvironment(Samples.Environment(7), StopReason.MemoryPressure), Worker.ExpectMsg<StopEnvironment>());
    }

    [Fact]
    public void An_update_that_takes_effect_ends_idle_environments_at_once_and_leased_ones_after_their_invocation()
    {
        var (actor, before) = StartActive();
        var idle = AdmitCold(actor, "r1");
        var leased = AdmitCold(actor, "r2");
        Release(actor, idle);
        actor.Tell(new UpdateFunctionCode("hello", Samples.OtherCode, null, false), TestActor);
        ExpectMsg<FunctionDescribed>();

        // Until it takes effect, what ran before runs on.
        Assert.Equal(idle.EnvironmentId, Admit(actor, "r3").EnvironmentId);
        Release(actor, idle with { RequestId = "r3" });

        var after = Settle(actor);
        Assert.NotEqual(before, after);
        Assert.Equal(idle.EnvironmentId, Worker.ExpectMsg<StopEnvironment>().EnvironmentId);
        Admit(actor, "r4");
        var started = Worker.ExpectMsg<StartEnvironment>();
        Assert.Equal((after, Samples.OtherCode), (started.Spec.Deployment, started.Spec.Code));
        Release(actor, leased);
        Assert.Equal(leased.EnvironmentId, Worker.ExpectMsg<StopEnvironment>().EnvironmentId);
    }

    [Fact]
    public void A_deleted_functions_running_invocation_finishes_and_its_environments_end()
    {
        var (actor, _) = StartActive();
        var idle = AdmitCold(actor, "r1");
        var leased = AdmitCold(actor, "r2");
        Release(actor, idle);
        actor.Tell(new DeleteFunction("hello"), TestActor);
        ExpectMsg<FunctionRemoved>();
        Assert.Equal(idle.EnvironmentId, Worker.ExpectMsg<StopEnvironment>().EnvironmentId);
        Release(actor, leased);
        Assert.Equal(leased.EnvironmentId, Worker.ExpectMsg<StopEnvironment>().EnvironmentId);
    }

    [Fact]
    public void What_comes_before_the_workers_report_waits_for_it()
    {
        Kill(StartActive().Actor);
        var actor = StartUnreported();
        actor.Tell(new AdmitInvocation("hello", "r1"), TestActor);
        actor.Tell(new DescribeFunction("hello"), TestActor);
        actor.Tell(new EnvironmentsReported("hello", "node", []), Worker);
        Assert.Equal(["FunctionDescribed", "InvocationAdmitted"], ReceiveN(2, TimeSpan.FromSeconds(30)).Select(message => message.GetType().Name).Order());
    }

    [Fact]
    public void A_worker_that_does_not_report_is_not_waited_for_for_ever()
    {
        Kill(StartActive().Actor);
        Context = Context with { AdoptionDeadline = TimeSpan.FromMilliseconds(10) };
        AdmitCold(StartUnreported(), "r1");
    }

    [Fact]
    public void Reported_environments_are_adopted_with_their_leases_and_those_of_another_deployment_end()
    {
        var (dying, deployment) = StartActive();
        Kill(dying);
        Context = Context with { ConcurrencyLimit = 3 };
        var leased = Samples.Lease(Samples.Environment(1), "r1");
        var leasedOld = Samples.Lease(Samples.Environment(3), "r3");
        var actor = Start(
            new ReportedEnvironment(leased.EnvironmentId, deployment, Samples.Time, leased),
            new ReportedEnvironment(Samples.Environment(2), deployment, Samples.Time, null),
            new ReportedEnvironment(leasedOld.EnvironmentId, "older", Samples.Time, leasedOld),
            new ReportedEnvironment(Samples.Environment(4), "older", Samples.Time, null));

        Assert.Equal(Samples.Environment(4), Worker.ExpectMsg<StopEnvironment>().EnvironmentId);
        Assert.Equal(Samples.Environment(2), Admit(actor, "r5").EnvironmentId);
        actor.Tell(new AdmitInvocation("hello", "r6"), TestActor);
        Assert.Equal(ErrorCode.TooManyRequests, ExpectRefusal().Code);

        Release(actor, leasedOld);
        Assert.Equal(Samples.Environment(3), Worker.ExpectMsg<StopEnvironment>().EnvironmentId);
        Release(actor, leased);
        Assert.Equal(Samples.Environment(1), Admit(actor, "r6").EnvironmentId);
    }

    [Fact]
    public void A_function_that_is_no_more_adopts_nothing()
    {
        Start(new ReportedEnvironment(Samples.Environment(1), "older", Samples.Time, null));
        Assert.Equal(Samples.Environment(1), Worker.ExpectMsg<StopEnvironment>().EnvironmentId);
    }

    [Fact]
    public void A_quiet_function_without_environments_leaves_memory_and_one_with_an_environment_stays()
    {
        var (actor, _) = StartActive();
        var lease = AdmitCold(actor, "r1");
        Release(actor, lease);
        Time.Advance(TimeSpan.FromMinutes(3));
        ExpectNothingForTheWorker(actor);
        Assert.False(Shard.HasMessages);
        actor.Tell(new EnvironmentEnded("hello", lease.EnvironmentId), Worker);
        Shard.ExpectMsg<Passivate>();
    }

    [Fact]
    public void A_function_that_settles_stays_in_memory()
    {
        var actor = Start();
        actor.Tell(new CreateFunction("hello", Samples.Settings, Samples.Code), TestActor);
        ExpectMsg<FunctionDescribed>();
        var prepare = Worker.ExpectMsg<PreparePackage>();

        // Another function, quiet for as long, is gone by then.
        var other = StartUnreported("other");
        other.Tell(new EnvironmentsReported("other", "node", []), Worker);
        Time.Advance(TimeSpan.FromMinutes(3));
        Shard.ExpectMsg<Passivate>();
        Assert.Equal(other, Shard.LastSender);
        Kill(other);

        actor.Tell(new PackagePrepared(prepare.Code, null), Worker);
        Shard.FishForMessage<Passivate>(_ => Shard.LastSender.Equals(actor));
    }

    [Fact]
    public void Environments_are_described_as_the_inspection_shows_them()
    {
        var (actor, _) = StartActive();
        var started = Time.Now;
        var lease = AdmitCold(actor, "r1");
        var (leased, limit) = (Assert.Single(Environments(actor)), Context.ConcurrencyLimit);
        Assert.Equal((lease.EnvironmentId.Value, "Leased", 1L, started, null), (leased.EnvironmentId, leased.State, leased.Invocations, leased.StartedAt, leased.IdleSince));
        Time.AdvanceSeconds(1);
        Release(actor, lease);
        var idle = Assert.Single(Environments(actor));
        Assert.Equal(("Idle", started.AddSeconds(1)), (idle.State, idle.IdleSince));
        Assert.Equal(1_000, limit);
    }

    private IReadOnlyList<Contracts.Api.EnvironmentDescription> Environments(IActorRef actor)
    {
        actor.Tell(new DescribeEnvironments("hello"), TestActor);
        return ExpectMsg<EnvironmentsDescribed>().Environments;
    }
}
