using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Hearth.Contracts.Environments;
using Hearth.Node.Membership;
using Hearth.Node.Tests.Support;

namespace Hearth.Node.Tests.Membership;

/// <summary>A node of a cluster in this process, on a port of its own: its members are real, its worker is the test's.</summary>
internal sealed class FleetRig : IAsyncDisposable
{
    private FleetRig(string roles, Func<string, Task<bool>>? answersOnChannel)
    {
        System = ActorSystem.Create("fleet", ConfigurationFactory.ParseString($$"""
            akka {
              loglevel = OFF
              stdout-loglevel = OFF
              actor.provider = cluster
              remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
              coordinated-shutdown { run-by-actor-system-terminate = off, run-by-clr-shutdown-hook = off, exit-clr = off }
              cluster {
                roles = [{{roles}}]
                gossip-interval = 100ms
                leader-actions-interval = 100ms
                periodic-tasks-initial-delay = 100ms
                run-coordinated-shutdown-when-down = off
                failure-detector { heartbeat-interval = 200ms, acceptable-heartbeat-pause = 2s }
              }
            }
            """));
        Cluster = Cluster.Get(System);
        Fleet = new Fleet(Id);
        Free = 100;
        if (Cluster.SelfRoles.Contains(NodeRoles.Worker))
            System.ActorOf(Props.Create(() => new StubWorker(this)), "worker");
        var (fleet, answers) = (Fleet, answersOnChannel ?? (_ => Task.FromResult(true)));
        Fleet.Follow(System.ActorOf(Props.Create(() => new Hearer(Heard))));
        Actor = System.ActorOf(Props.Create(() => new FleetActor(fleet, answers)), FleetActor.Name);
    }

    public ActorSystem System { get; }

    public Cluster Cluster { get; }

    public Fleet Fleet { get; }

    public IActorRef Actor { get; }

    /// <summary>What the fleet's actor told this node, in order.</summary>
    public ConcurrentQueue<object> Heard { get; } = new();

    public string Id => NodeRoles.IdOf(Cluster.SelfAddress);

    /// <summary>What the worker says of itself.</summary>
    public long Free { get; set; }

    public bool IsDraining { get; set; }

    /// <summary>A cluster of one node with all roles.</summary>
    public static async Task<FleetRig> AloneAsync(Func<string, Task<bool>>? answersOnChannel = null)
    {
        var rig = new FleetRig("gateway,control,worker", answersOnChannel);
        rig.Cluster.Join(rig.Cluster.SelfAddress);
        await Eventually.Holds(() => rig.Fleet.Find(rig.Id) is not null, "the worker has described itself");
        return rig;
    }

    public async Task<FleetRig> JoinedAsync(string roles)
    {
        var other = new FleetRig(roles, null);
        other.Cluster.Join(Cluster.SelfAddress);
        await Eventually.Holds(() => MemberOf(other)?.Status == MemberStatus.Up, "the other node is up");
        return other;
    }

    public Member? MemberOf(FleetRig other) => Cluster.State.Members.FirstOrDefault(member => member.Address == other.Cluster.SelfAddress);

    /// <summary>As when the cluster's heartbeats are missed.</summary>
    public void Suspect(FleetRig other) => Actor.Tell(new ClusterEvent.UnreachableMember(MemberOf(other)!));

    public void Trust(FleetRig other) => Actor.Tell(new ClusterEvent.ReachableMember(MemberOf(other)!));

    public int CountOf<T>(Func<T, bool> which) => Heard.OfType<T>().Count(which);

    public async ValueTask DisposeAsync()
    {
        await System.Terminate();
        Fleet.Dispose();
    }

    private sealed class StubWorker : ReceiveActor
    {
        public StubWorker(FleetRig rig) => Receive<DescribeWorker>(_ => Sender.Tell(new WorkerDescribed(rig.Id, $"{rig.Id}:channel", 1_000, 1_000 - rig.Free, 0, rig.IsDraining)));
    }

    private sealed class Hearer : ReceiveActor
    {
        public Hearer(ConcurrentQueue<object> heard) => ReceiveAny(heard.Enqueue);
    }
}
