using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using Hearth.Contracts.Api;
using Hearth.Node.Functions;
using Hearth.Node.Inspection;
using Hearth.Node.Tests.Support;
using Hearth.Node.Wire;
using Hearth.Node.Workers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Node.Tests.Inspection;

/// <summary>One node of a cluster in this process: what answers, and what asks; without sandboxes.</summary>
internal sealed class InspectionNode : IAsyncDisposable
{
    private readonly EnvironmentTable _environments = new(TimeProvider.System);

    private InspectionNode(string id, bool answers, bool hasRegion)
    {
        Log = new NodeLog(TimeProvider.System, id);
        System = ActorSystem.Create("hearth", ConfigurationFactory.ParseString($$"""
            akka {
              loglevel = OFF
              stdout-loglevel = OFF
              actor {
                provider = cluster
                serializers.hearth = "{{typeof(WireSerializer).AssemblyQualifiedName}}"
                serialization-bindings {
                  {{string.Join("\n", WireTypes.ByType.Keys.Select(type => $"\"{type.AssemblyQualifiedName}\" = hearth"))}}
                }
                serialization-identifiers { "{{typeof(WireSerializer).AssemblyQualifiedName}}" = {{WireSerializer.Id}} }
              }
              remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
              coordinated-shutdown { exit-clr = off, run-by-clr-shutdown-hook = off }
              cluster {
                roles = [{{(hasRegion ? "control" : "gateway")}}]
                leader-actions-interval = 100ms
                gossip-interval = 100ms
                periodic-tasks-initial-delay = 50ms
                sharding { waiting-for-state-timeout = 1s, retry-interval = 200ms, distributed-data.durable.keys = [] }
              }
            }
            """).WithFallback(ClusterSharding.DefaultConfig()));
        var events = new RecentItems<ClusterEventLine>(InspectionContext.MaxEvents);
        var context = new InspectionContext(id, null, _environments, Log, events, () => Stopped.TrySetResult(), TimeProvider.System);
        System.ActorOf(answers ? Props.Create(() => new InspectionActor(context)) : Props.Create(() => new Silent()), InspectionActor.Name);
        var sharding = ClusterSharding.Get(System);
        Region = hasRegion
            ? sharding.Start(FunctionShards.RegionName, _ => Props.Create(() => new Silent()), ClusterShardingSettings.Create(System).WithRole("control"), new FunctionShards())
            : sharding.StartProxy(FunctionShards.RegionName, "control", new FunctionShards());
        Inspector = new ClusterInspector(System, events, TimeProvider.System, NullLogger<ClusterInspector>.Instance);
    }

    public ActorSystem System { get; }

    public IActorRef Region { get; }

    public NodeLog Log { get; }

    public ClusterInspector Inspector { get; }

    /// <summary>Done once the node was told to stop.</summary>
    public TaskCompletionSource Stopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Akka.Cluster.Cluster Cluster => Akka.Cluster.Cluster.Get(System);

    public string Address => Cluster.SelfAddress.ToString();

    /// <param name="answers">Whether it answers what it is asked.</param>
    /// <param name="hasRegion">Whether it has functions' actors itself, or a proxy.</param>
    public static InspectionNode Start(string id, bool answers = true, bool hasRegion = true) => new(id, answers, hasRegion);

    /// <summary>Makes these one cluster, of which each knows that all are up.</summary>
    public static async Task FormAsync(params InspectionNode[] nodes)
    {
        foreach (var node in nodes)
            node.Cluster.Join(nodes[0].Cluster.SelfAddress);
        await Eventually.Holds(
            () => nodes.All(node => node.Cluster.State.Members.Count(member => member.Status == Akka.Cluster.MemberStatus.Up) == nodes.Length && node.Inspector.Status().Converged),
            "all are up");
    }

    public async ValueTask DisposeAsync()
    {
        await System.Terminate();
        Log.Dispose();
    }

    private sealed class Silent : ReceiveActor
    {
        public Silent() => ReceiveAny(_ => { });
    }
}
