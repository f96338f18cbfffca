using Akka.Actor;
using Akka.TestKit;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Membership;
using Hearth.Node.Tests.Support;

namespace Hearth.Node.Tests.Functions;

/// <summary>A function whose environments are on several workers: <c>node</c>, and <c>other</c> once it joins.</summary>
public class FunctionActorWorkersTests : FunctionActorRig
{
    private readonly TestProbe _other;

    public FunctionActorWorkersTests() => _other = CreateTestProbe("other");

    [Fact]
    public void Adoption_waits_for_every_worker_that_is_a_member_and_for_one_that_joins_meanwhile()
    {
        Kill(StartActive().Actor);
        Fleet.Expect("other");
        var actor = StartUnreported();
        actor.Tell(new AdmitInvocation("hello", "r1"), TestActor);
        actor.Tell(new EnvironmentsReported("hello", "node", []), Worker);

        // It describes itself by and by, and another comes.
        JoinOther();
        Assert.Equal("hello", _other.ExpectMsg<ReportEnvironments>().FunctionName);
        var third = CreateTestProbe("third");
        Enter("third", third);
        third.ExpectMsg<ReportEnvironments>();
        Assert.False(HasMessages);
        actor.Tell(new EnvironmentsReported("hello", "other", []), _other);
        Assert.False(HasMessages);
        actor.Tell(new EnvironmentsReported("hello", "third", []), third);
        ExpectMsg<InvocationAdmitted>();
    }

    [Fact]
    public void A_worker_that_leaves_before_it_has_reported_is_not_waited_for()
    {
        Kill(StartActive().Actor);
        JoinOther();
        var actor = StartUnreported();
        actor.Tell(new EnvironmentsReported("hello", "node", []), Worker);
        actor.Tell(new AdmitInvocation("hello", "r1"), TestActor);
        Leave("other");
        ExpectMsg<InvocationAdmitted>();
    }

    [Fact]
    public void The_environments_of_all_workers_are_adopted_and_the_nearest_comes_first()
    {
        var (dying, deployment) = StartActive();
        Kill(dying);
        JoinOther();
        var actor = StartUnreported();
        actor.Tell(new EnvironmentsReported("hello", "node", [new(Samples.Environment(1), deployment, Samples.Time, null)]), Worker);
        actor.Tell(new EnvironmentsReported("hello", "other", [new(Samples.Environment(2), deployment, Samples.Time, null)]), _other);
        actor.Tell(new AdmitInvocation("hello", "r1", Near: "other"), TestActor);
        var lease = ExpectMsg<InvocationAdmitted>().Lease;
        Assert.Equal((Samples.Environment(2), "other"), (lease.EnvironmentId, lease.WorkerId));
        Assert.Equal(Samples.Environment(1), Admit(actor, "r2").EnvironmentId);
    }

    [Fact]
    public void A_report_in_parts_is_adopted_when_all_of_it_has_come()
    {
        var (dying, deployment) = StartActive();
        Kill(dying);
        var actor = StartUnreported();
        actor.Tell(new AdmitInvocation("hello", "r1"), TestActor);
        actor.Tell(new EnvironmentsReported("hello", "node", [new(Samples.Environment(1), deployment, Samples.Time, null)], Part: 0, Parts: 2), Worker);
        Assert.False(HasMessages);
        actor.Tell(new EnvironmentsReported("hello", "node", [new(Samples.Environment(2), deployment, Samples.Time, null)], Part: 1, Parts: 2), Worker);
        var first = ExpectMsg<InvocationAdmitted>().Lease.EnvironmentId;
        Assert.Equal(new[] { 1, 2 }.Select(number => Samples.Environment(number).Value), new[] { first, Admit(actor, "r2").EnvironmentId }.Select(id => id.Value).Order());
    }

    [Fact]
    public void The_leases_of_a_worker_that_leaves_are_void()
    {
        Context = Context with { ConcurrencyLimit = 1 };
        var (actor, _) = StartActive();
        AdmitCold(actor, "r1");
        JoinOther();
        Report(actor);
        Leave("node");
        actor.Tell(new AdmitInvocation("hello", "r2"), TestActor);
        Assert.Equal("other", ExpectMsg<InvocationAdmitted>().Lease.WorkerId);
        _other.ExpectMsg<StartEnvironment>();
    }

    [Fact]
    public void A_worker_that_drains_loses_its_idle_environments_at_once_and_leased_ones_after_their_release()
    {
        var (actor, _) = StartActive();
        var idle = AdmitCold(actor, "r1");
        var leased = AdmitCold(actor, "r2");
        Release(actor, idle);
        JoinOther();
        Report(actor);
        Fleet.Find("node")!.Describe(new WorkerDescribed("node", "node:1", 1_000_000, 0, 0, IsDraining: true));
        Fleet.Tell(new WorkerDrains("node"));
        var stop = Worker.ExpectMsg<StopEnvironment>();
        Assert.Equal((idle.EnvironmentId, StopReason.Drained), (stop.EnvironmentId, stop.Reason));

        Assert.Equal("other", Admit(actor, "r3").WorkerId);
        ExpectNothingForTheWorker(actor);
        Release(actor, leased);
        Assert.Equal(leased.EnvironmentId, Worker.ExpectMsg<StopEnvironment>().EnvironmentId);
    }

    [Fact]
    public void A_suspected_workers_idle_environments_are_not_leased_until_it_is_trusted_again()
    {
        var (actor, _) = StartActive();
        var idle = AdmitCold(actor, "r1");
        Release(actor, idle);
        JoinOther();
        Report(actor);
        Suspect("node", true);
        var elsewhere = Admit(actor, "r2");
        Assert.Equal("other", elsewhere.WorkerId);
        Suspect("node", false);
        Assert.Equal(idle.EnvironmentId, Admit(actor, "r3").EnvironmentId);
    }

    [Fact]
    public void Where_no_worker_can_have_it_an_invocation_is_refused_as_unavailable()
    {
        var (actor, _) = StartActive();
        Suspect("node", true);
        actor.Tell(new AdmitInvocation("hello", "r1"), TestActor);
        Assert.Equal(ErrorCode.ServiceUnavailable, ExpectRefusal().Code);
        Leave("node");
        actor.Tell(new AdmitInvocation("hello", "r1"), TestActor);
        Assert.Equal(ErrorCode.ServiceUnavailable, ExpectRefusal().Code);
    }

    [Fact]
    public void What_is_prepared_goes_to_another_worker_where_the_first_leaves_before_it_answered()
    {
        var actor = Start();
        JoinOther();
        Report(actor);
        actor.Tell(new CreateFunction("hello", Samples.Settings, Samples.Code), TestActor);
        ExpectMsg<FunctionDescribed>();
        Assert.Equal(Samples.Code, Worker.ExpectMsg<PreparePackage>().Code);
        Leave("node");
        actor.Tell(new PackagePrepared(_other.ExpectMsg<PreparePackage>().Code, null), _other);
        AwaitAssert(() => Assert.Equal(Contracts.Api.FunctionState.Active, Describe(actor).State));
    }

    [Fact]
    public void What_a_worker_has_no_room_for_is_prepared_by_another_and_fails_where_none_can()
    {
        var actor = Start();
        JoinOther();
        Report(actor);
        actor.Tell(new CreateFunction("hello", Samples.Settings, Samples.Code), TestActor);
        ExpectMsg<FunctionDescribed>();
        var full = new PackagePrepared(Worker.ExpectMsg<PreparePackage>().Code, "full", IsWorkers: true);
        actor.Tell(full, Worker);
        Assert.Equal(Samples.Code, _other.ExpectMsg<PreparePackage>().Code);
        Assert.Equal(Contracts.Api.FunctionState.Pending, Describe(actor).State);
        actor.Tell(full, _other);
        AwaitAssert(() => Assert.Equal((Contracts.Api.FunctionState.Failed, "full"), (Describe(actor).State, Describe(actor).StateReason)));
        ExpectNothingForTheWorker(actor);
    }

    [Fact]
    public void A_worker_that_does_not_answer_is_asked_again_to_prepare()
    {
        var actor = Start();
        actor.Tell(new CreateFunction("hello", Samples.Settings, Samples.Code), TestActor);
        ExpectMsg<FunctionDescribed>();
        Worker.ExpectMsg<PreparePackage>();
        ExpectNothingForTheWorker(actor);
        Time.AdvanceSeconds(61);
        Settle(actor);
    }

    [Fact]
    public void What_no_worker_could_prepare_goes_to_the_first_that_joins()
    {
        var actor = Start();
        ExpectNothingForTheWorker(actor); // It serves.
        Leave("node");
        actor.Tell(new CreateFunction("hello", Samples.Settings, Samples.Code), TestActor);
        ExpectMsg<FunctionDescribed>();
        JoinOther();
        _other.FishForMessage<PreparePackage>(_ => true);
    }

    [Fact]
    public void What_no_worker_could_prepare_goes_to_the_first_that_is_trusted_again()
    {
        var actor = Start();
        Suspect("node", true);
        actor.Tell(new CreateFunction("hello", Samples.Settings, Samples.Code), TestActor);
        ExpectMsg<FunctionDescribed>();
        ExpectNothingForTheWorker(actor);
        Suspect("node", false);
        Settle(actor);
    }

    [Fact]
    public void A_request_that_is_admitted_twice_has_one_lease()
    {
        var (actor, _) = StartActive();
        var lease = AdmitCold(actor, "r1");
        Assert.Equal(lease, Admit(actor, "r1"));
        ExpectNothingForTheWorker(actor);
    }

    [Fact]
    public void A_worker_that_was_not_to_be_reached_is_avoided()
    {
        var (actor, _) = StartActive();
        Release(actor, AdmitCold(actor, "r1"));
        JoinOther();
        Report(actor);
        actor.Tell(new AdmitInvocation("hello", "r2", Near: "node", Avoid: "node"), TestActor);
        Assert.Equal("other", ExpectMsg<InvocationAdmitted>().Lease.WorkerId);
    }

    [Fact]
    public void A_lease_its_worker_has_forgotten_ends_and_an_environment_it_does_not_have_is_forgotten()
    {
        Context = Context with { ReconcileAfter = TimeSpan.FromSeconds(15), ConcurrencyLimit = 2 };
        var (actor, deployment) = StartActive();
        var (free, gone) = (AdmitCold(actor, "r1"), AdmitCold(actor, "r2"));
        ExpectNothingForTheWorker(actor);
        Time.AdvanceSeconds(15);
        Worker.ExpectMsg<ReportEnvironments>();
        actor.Tell(new EnvironmentsReported("hello", "node", [new(free.EnvironmentId, deployment, Samples.Time, null)]), Worker);
        Assert.Equal(free.EnvironmentId, Admit(actor, "r3").EnvironmentId);
        var fresh = Admit(actor, "r4").EnvironmentId;
        Assert.NotEqual(gone.EnvironmentId, fresh);
        Assert.Equal(fresh, Worker.FishForMessage<StartEnvironment>(_ => true).EnvironmentId);
    }

    private void JoinOther() => Enter("other", _other);

    private void Enter(string id, IActorRef actor)
    {
        var worker = Join(id, actor);
        Fleet.Enter(worker);
        Fleet.Tell(new WorkerJoined(worker));
    }

    private void Leave(string id)
    {
        Fleet.Leave(id);
        Fleet.Tell(new WorkerLeft(id));
    }

    private void Suspect(string id, bool isSuspect)
    {
        Fleet.Find(id)!.IsSuspect = isSuspect;
        Fleet.Tell(new WorkerSuspected(id, isSuspect));
    }

    // To an actor that serves already.
    private void Report(IActorRef actor)
    {
        _other.ExpectMsg<ReportEnvironments>();
        actor.Tell(new EnvironmentsReported("hello", "other", []), _other);
    }
}
