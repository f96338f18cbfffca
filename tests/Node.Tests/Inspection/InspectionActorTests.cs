using Akka.Actor;
using Akka.TestKit.Xunit2;
using Hearth.Contracts.Api;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Inspection;
using Hearth.Node.Inspection;
using Hearth.Node.Tests.Support;
using Hearth.Node.Workers;
using Hearth.Node.Workers.Blanks;

namespace Hearth.Node.Tests.Inspection;

/// <summary>The conversation of one node's actor; the test plays its worker.</summary>
public sealed class InspectionActorTests : TestKit
{
    private readonly EnvironmentTable _environments = new(TimeProvider.System);
    private readonly NodeLog _log = new(TimeProvider.System, "n1");
    private readonly Akka.TestKit.TestProbe _worker;
    private readonly IActorRef _actor;

    public InspectionActorTests()
        : base("akka.loglevel = OFF\nakka.test.default-timeout = 30s\nakka.actor.provider = cluster\nakka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }")
    {
        var cluster = Akka.Cluster.Cluster.Get(Sys);
        cluster.Join(cluster.SelfAddress);
        _worker = CreateTestProbe("worker");
        var context = new InspectionContext("n1", _worker, _environments, _log, new RecentItems<ClusterEventLine>(10), () => TestActor.Tell("stop"), TimeProvider.System);
        _actor = Sys.ActorOf(Props.Create(() => new InspectionActor(context)), InspectionActor.Name);
    }

    [Fact]
    public void A_node_tells_what_its_worker_has()
    {
        _actor.Tell(new DescribeNode());
        _worker.ExpectMsg<DescribeWorker>();
        _worker.Reply(new WorkerDescribed("n1", null, 1_024, 384, 256, IsDraining: false, Environments: 3, StartsWaiting: 2));
        _worker.ExpectMsg<BlankActor.Describe>();
        _worker.Reply(new BlankActor.Described([new BlankDescription("python3.11", 2, 1), new BlankDescription("java17", 1, 0)]));
        var node = ExpectMsg<NodeDescribed>().Node;
        Assert.Equal(("n1", 3, 384, 1_024, 2, 3, false), (node.NodeId, node.Environments, node.MemoryReservedMib, node.MemoryTotalMib, node.StartsWaiting, node.Blanks, node.Draining));
    }

    [Fact]
    public void While_its_worker_says_nothing_it_answers_everything_else()
    {
        _actor.Tell(new DescribeNode());
        _worker.ExpectMsg<DescribeWorker>();
        _actor.Tell(new ListActors(2));
        Assert.Contains(ExpectMsg<ActorsListed>().Actors.Actors, actor => actor.Name == "inspection");
    }

    [Fact]
    public void Environments_are_listed_page_after_page()
    {
        for (var i = 0; i < ListNodeEnvironments.PageSize + 5; i++)
            Enter($"e{i:D4}", i % 2 == 0 ? "even" : "odd");
        _actor.Tell(new ListNodeEnvironments());
        var first = ExpectMsg<NodeEnvironmentsListed>();
        Assert.Equal((ListNodeEnvironments.PageSize, true), (first.Environments.Count, first.More));
        _actor.Tell(new ListNodeEnvironments(After: first.Environments[^1].EnvironmentId));
        var last = ExpectMsg<NodeEnvironmentsListed>();
        Assert.Equal(["e0250", "e0251", "e0252", "e0253", "e0254"], last.Environments.Select(environment => environment.EnvironmentId));
        Assert.False(last.More);
        Assert.Equal(("Starting", "n1", "r1"), (last.Environments[0].State, last.Environments[0].NodeId, last.Environments[0].RequestId));

        _actor.Tell(new ListNodeEnvironments("odd"));
        Assert.All(ExpectMsg<NodeEnvironmentsListed>().Environments, environment => Assert.Equal("odd", environment.FunctionName));
    }

    [Fact]
    public void Loads_are_counted_by_function_the_busiest_first()
    {
        Enter("e1", "small");
        Enter("e2", "large");
        Enter("e3", "large");
        _actor.Tell(new ListFunctionLoads());
        Assert.Equal([new FunctionLoad("large", 2, 2, 2, 256), new FunctionLoad("small", 1, 1, 1, 128)], ExpectMsg<FunctionLoadsListed>().Functions);
    }

    [Fact]
    public void A_kill_is_the_workers_to_carry_out()
    {
        _actor.Tell(new KillEnvironment("e1"));
        Assert.Equal("e1", _worker.ExpectMsg<WorkerActor.Kill>().EnvironmentId.Value);
        _worker.Reply(new WorkerActor.KillAnswered(Found: true));
        Assert.Equal(new EnvironmentKillAnswered("e1", "n1", true), ExpectMsg<EnvironmentKillAnswered>());
    }

    [Fact]
    public void A_drain_is_answered_before_the_node_stops()
    {
        _actor.Tell(new DrainNode());
        Assert.Equal("n1", ExpectMsg<NodeDraining>().NodeId);
        ExpectMsg("stop");
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _log.Dispose();
    }

    private void Enter(string id, string function)
    {
        var environment = new EnvironmentId(id);
        var lease = Samples.Lease(environment);
        _environments.Enter(new ExecutionEnvironment(
            environment, Samples.Spec(function), lease, new PlatformLog(new Workers.CollectingLog(), function, "stream", TimeProvider.System), new NoOwner(), TimeProvider.System));
    }

    private sealed class NoOwner : IEnvironmentOwner
    {
        public void Initialized()
        {
        }

        public void ResetWanted()
        {
        }

        public void StopWanted()
        {
        }
    }
}
