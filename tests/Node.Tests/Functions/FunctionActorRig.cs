using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Hearth.Contracts;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Contracts.Identity;
using Hearth.Node.Concurrency;
using Hearth.Node.Functions;
using Hearth.Node.Hosting;
using Hearth.Node.Membership;
using Hearth.Node.Tests.Storage;
using Hearth.Node.Tests.Support;

namespace Hearth.Node.Tests.Functions;

/// <summary>
/// One function's actor on a real journal. The test plays the worker (<see cref="Worker"/>), the shard
/// (<see cref="Shard"/>, the actor's parent) and the gateway (the kit's own test actor).
/// </summary>
public abstract class FunctionActorRig : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TempDatabase _database;

    private protected FunctionActorRig() : this(TempDatabase.Sqlite())
    {
    }

    private protected FunctionActorRig(TempDatabase database)
        : base(NodeActors.Settings(database.Database).WithFallback("akka.loglevel = OFF\nakka.test.default-timeout = 30s"))
    {
        _database = database;
        Worker = CreateTestProbe("worker");
        Shard = CreateTestProbe("shard");
        Fleet.Enter(Join("node", Worker));
        Context = new FunctionContext(Partition.Default, Fleet, StartAccount(Limits.AccountConcurrency), Catalogue, new FunctionDirectory(), Time)
        {
            HousekeepingInterval = TimeSpan.FromMilliseconds(20),
            CatalogueRetryInterval = TimeSpan.FromMilliseconds(20),
            AdoptionDeadline = Patience,
            ReconcileAfter = TimeSpan.FromDays(1),
        };
    }

    private protected Fleet Fleet { get; } = new("node");

    private protected FunctionContext Context { get; set; }

    private protected FakeTime Time { get; } = new();

    private protected FakeCatalogue Catalogue { get; } = new();

    private protected Hearth.Node.Storage.Database Database => _database.Database;

    protected TestProbe Worker { get; }

    protected TestProbe Shard { get; }

    /// <summary>A worker with much memory, played by <paramref name="actor"/>.</summary>
    private protected static WorkerNode Join(string id, IActorRef actor, bool isDraining = false, long totalMib = 1_000_000) =>
        new(new WorkerDescribed(id, $"{id}:1", totalMib, 0, 0, isDraining), actor);

    /// <summary>Has the account's concurrency.</summary>
    private protected IActorRef StartAccount(int limit)
    {
        var time = Time;
        return Sys.ActorOf(Props.Create(() => new AccountActor(limit, true, time)));
    }

    /// <summary>The actor, before its worker has reported.</summary>
    protected IActorRef StartUnreported(string name = "hello")
    {
        var context = Context;
        var actor = Shard.ChildActorOf(Props.Create(() => new FunctionActor(name, context)));
        Assert.Equal(name, Worker.FishForMessage<ReportEnvironments>(_ => true, Patience).FunctionName);
        return actor;
    }

    /// <summary>The actor, with what its worker has.</summary>
    protected IActorRef Start(params ReportedEnvironment[] environments)
    {
        var actor = StartUnreported();
        actor.Tell(new EnvironmentsReported("hello", "node", environments), Worker);
        return actor;
    }

    /// <summary>An active function. Its deployment is its revision.</summary>
    protected (IActorRef Actor, string Deployment) StartActive()
    {
        var actor = Start();
        actor.Tell(new CreateFunction("hello", Samples.Settings, Samples.Code), TestActor);
        ExpectMsg<FunctionDescribed>();
        return (actor, Settle(actor));
    }

    /// <summary>The worker has prepared the code the function waits for. Gives the new revision.</summary>
    protected string Settle(IActorRef actor, string? failure = null)
    {
        actor.Tell(new PackagePrepared(Worker.ExpectMsg<PreparePackage>(Patience).Code, failure), Worker);
        AwaitAssert(() => Assert.False(Describe(actor) is { State: Contracts.Api.FunctionState.Pending } or { LastUpdateStatus: Contracts.Api.LastUpdateStatus.InProgress }), Patience);
        return Describe(actor).RevisionId;
    }

    protected Contracts.Api.FunctionConfiguration Describe(IActorRef actor)
    {
        actor.Tell(new DescribeFunction("hello"), TestActor);
        return ExpectMsg<FunctionDescribed>().Configuration;
    }

    protected Lease Admit(IActorRef actor, string requestId)
    {
        actor.Tell(new AdmitInvocation("hello", requestId), TestActor);
        return ExpectMsg<InvocationAdmitted>().Lease;
    }

    /// <summary>An invocation that gets an environment nobody has used yet.</summary>
    protected Lease AdmitCold(IActorRef actor, string requestId)
    {
        var lease = Admit(actor, requestId);
        Assert.Equal(lease, Worker.ExpectMsg<StartEnvironment>(Patience).Lease);
        return lease;
    }

    protected static void Release(IActorRef actor, Lease lease, LeaseOutcome outcome = LeaseOutcome.Reusable) =>
        actor.Tell(new ReleaseLease("hello", lease.EnvironmentId, lease.RequestId, outcome));

    /// <summary>Everything told to the actor so far has been handled; the worker has been told nothing of it.</summary>
    protected void ExpectNothingForTheWorker(IActorRef actor)
    {
        actor.Tell(new DescribeEnvironments("hello"), TestActor);
        ReceiveOne(Patience);
        Assert.False(Worker.HasMessages);
    }

    protected RequestError ExpectRefusal() => ExpectMsg<RequestRefused>().Error;

    /// <summary>Ends the actor as a crash would: nothing of it is left but its journal.</summary>
    protected void Kill(IActorRef actor)
    {
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor);
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _database.Dispose();
    }
}
