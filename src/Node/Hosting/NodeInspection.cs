using Akka.Actor;
using Akka.Hosting;
using Hearth.Contracts.Api;
using Hearth.Node.DataChannel;
using Hearth.Node.Inspection;
using Hearth.Node.Workers;

namespace Hearth.Node.Hosting;

/// <summary>What makes a node, and the cluster, visible to an operator.</summary>
internal static class NodeInspection
{
    /// <param name="nodeId">What leases call this node.</param>
    public static IServiceCollection AddNodeInspection(this IServiceCollection services, string nodeId) => services
        .AddSingleton(new RecentItems<ClusterEventLine>(InspectionContext.MaxEvents))
        .AddSingleton(provider => new NodeLog(provider.GetRequiredService<TimeProvider>(), nodeId))
        .AddSingleton<ILoggerProvider>(provider => provider.GetRequiredService<NodeLog>())
        // The console has the actors' warnings alone.
        .AddLogging(logging => logging.AddFilter<NodeLog>("Akka", LogLevel.Information))
        .AddSingleton<ClusterInspector>();

    /// <summary>After the worker, where the node has one.</summary>
    public static AkkaConfigurationBuilder WithInspection(this AkkaConfigurationBuilder akka, IServiceProvider provider) =>
        akka.WithActors((system, registry) =>
        {
            var log = provider.GetRequiredService<NodeLog>();
            var context = new InspectionContext(
                log.NodeId,
                registry.TryGet<WorkerActor>(out var worker) ? worker : null,
                provider.GetRequiredService<EnvironmentTable>(),
                log,
                provider.GetRequiredService<RecentItems<ClusterEventLine>>(),
                StopOf(provider.GetRequiredService<IHostApplicationLifetime>()),
                provider.GetRequiredService<TimeProvider>())
            {
                CertificatesEndAt = provider.GetService<NodeCertificates>()?.EndsAt,
            };
            registry.Register<InspectionActor>(system.ActorOf(Props.Create(() => new InspectionActor(context)), InspectionActor.Name));
        });

    // What listens to the host's end runs on the thread that ends it, which must not be an actor's.
    private static Action StopOf(IHostApplicationLifetime lifetime) => () => ThreadPool.QueueUserWorkItem(_ => lifetime.StopApplication());
}
