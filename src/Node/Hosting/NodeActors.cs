using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using Akka.Hosting;
using Akka.Persistence.Sql;
using Hearth.Node.Concurrency;
using Hearth.Node.DataChannel;
using Hearth.Node.Functions;
using Hearth.Node.Membership;
using Hearth.Node.Storage;
using Hearth.Node.Wire;
using Hearth.Node.Workers;

namespace Hearth.Node.Hosting;

/// <summary>The actor system: its place in a cluster, be it of one, its journal, the functions' shards and the worker.</summary>
internal static class NodeActors
{
    public const string SystemName = "hearth";

    /// <summary>How old a node may be that forms its cluster.</summary>
    private static readonly TimeSpan FormingTime = TimeSpan.FromSeconds(15);

    /// <summary>How long a worker's channel may take to answer while the worker's heartbeats are missed.</summary>
    private static readonly TimeSpan ChannelPatience = TimeSpan.FromSeconds(1);

    /// <param name="identity">Null for a node that is alone.</param>
    public static IServiceCollection AddNodeActors(this IServiceCollection services, NodeOptions options, ClusterIdentity? identity) =>
        services.AddAkka(identity?.SystemName ?? SystemName, (akka, provider) =>
        {
            akka.ConfigureLoggers(loggers =>
                {
                    loggers.ClearLoggers();
                    loggers.AddLoggerFactory();
                })
                .AddHocon(Settings(provider.GetRequiredService<Database>()), HoconAddMode.Prepend);
            if (options.Cluster is { } cluster)
                akka.WithCluster(cluster, provider.GetRequiredService<NodeCertificates>(), identity!);
            else
                akka.WithClusterOfOne();
            akka.WithWorker(provider)
                .WithAccount(options, provider)
                .WithFunctions(options, provider)
                .WithInspection(provider)
                .AddStartup((system, registry) => system.ActorOf(Props.Create(() => new StrayMessages(() => registry.Get<FunctionActor>())), "stray-messages"));
        });

    private static AkkaConfigurationBuilder WithWorker(this AkkaConfigurationBuilder akka, IServiceProvider provider) =>
        akka.WithActors((system, registry) =>
        {
            registry.Register<WorkerActor>(system.ActorOf(Props.Create(() => new WorkerActor(provider.GetRequiredService<WorkerContext>())), "worker"));
            var channel = provider.GetService<ChannelClient>();
            Func<string, Task<bool>> answersOnChannel = address => channel?.PingAsync(address, ChannelPatience) ?? Task.FromResult(false);
            system.ActorOf(Props.Create(() => new FleetActor(provider.GetRequiredService<Fleet>(), answersOnChannel)), FleetActor.Name);
        });

    // One in a cluster; alone there is nobody to agree with.
    private static AkkaConfigurationBuilder WithAccount(this AkkaConfigurationBuilder akka, NodeOptions options, IServiceProvider provider)
    {
        var time = provider.GetRequiredService<TimeProvider>();
        if (options.Cluster is not { } cluster)
            return akka.WithActors((system, registry) => registry.Register<AccountActor>(system.ActorOf(Account(isFirst: true), AccountActor.Name)));
        return cluster.Roles.Contains(NodeRoles.Control)
            ? akka.WithSingleton<AccountActor>(
                AccountActor.Name, (system, _, _) => Account(IsForming(system)), new ClusterSingletonOptions { Role = NodeRoles.Account })
            : akka;

        Props Account(bool isFirst) => Props.Create(() => new AccountActor(options.Concurrency, isFirst, time));
    }

    // The first node of a cluster that is being formed: before it, nobody can have held anything.
    private static bool IsForming(ActorSystem system) =>
        Akka.Cluster.Cluster.Get(system).State.Members.Count(member => member.HasRole(NodeRoles.Control)) <= 1 && system.Uptime < FormingTime;

    private static AkkaConfigurationBuilder WithFunctions(this AkkaConfigurationBuilder akka, NodeOptions options, IServiceProvider provider)
    {
        if (options.Cluster is { } cluster && !cluster.Roles.Contains(NodeRoles.Control))
            return akka.WithShardRegionProxy<FunctionActor>(FunctionShards.RegionName, NodeRoles.Control, new FunctionShards());
        return akka.WithShardRegion<FunctionActor>(
            FunctionShards.RegionName,
            (_, registry, _) =>
            {
                var context = new FunctionContext(
                    options.Partition, provider.GetRequiredService<Fleet>(), registry.Get<AccountActor>(), provider.GetRequiredService<IFunctionCatalogue>(),
                    provider.GetRequiredService<FunctionDirectory>(), provider.GetRequiredService<TimeProvider>())
                {
                    ConcurrencyLimit = options.Concurrency,
                    IdleTimeout = options.IdleTimeout,
                    StorageRefusal = provider.GetRequiredService<StorageHealth>().RefusalAsync,
                };
                return name => Props.Create(() => new FunctionActor(name, context));
            },
            new FunctionShards(),
            new ShardOptions
            {
                StateStoreMode = StateStoreMode.DData,
                RememberEntities = false,
                Role = NodeRoles.Control,

                // A function with environments may not leave memory; each actor decides for itself.
                ShouldPassivateIdleEntities = false,
            });
    }

    /// <summary>What no method above sets, and what a test of persistence needs as well.</summary>
    /// <remarks>The host stops the actors, after NodeLifetime: the hook of Akka's own would stop them first.</remarks>
    internal static Config Settings(Database database) => ConfigurationFactory.ParseString($$"""
        akka {
          stdout-loglevel = WARNING
          coordinated-shutdown {
            exit-clr = off
            run-by-clr-shutdown-hook = off
          }
          actor {
            serializers.hearth = "{{typeof(WireSerializer).AssemblyQualifiedName}}"
            serialization-bindings {
              {{string.Join("\n      ", WireTypes.ByType.Keys.Select(type => $"\"{type.AssemblyQualifiedName}\" = hearth"))}}
            }
            serialization-identifiers { "{{typeof(WireSerializer).AssemblyQualifiedName}}" = {{WireSerializer.Id}} }
          }
          cluster {
            leader-actions-interval = 200ms
            gossip-interval = 200ms
            periodic-tasks-initial-delay = 100ms
            sharding {
              waiting-for-state-timeout = 1s
              retry-interval = 200ms
              coordinator-failure-backoff = 1s
              shard-failure-backoff = 2s
              distributed-data.durable.keys = []
            }
            singleton.hand-over-retry-interval = 500ms
            singleton-proxy.singleton-identification-interval = 200ms
          }
          persistence {
            journal {
              plugin = "akka.persistence.journal.sql"
              sql {
                connection-string = "{{database.ConnectionString.Replace("\\", "\\\\").Replace("\"", "\\\"")}}"
                provider-name = "{{database.ProviderName}}"
                auto-initialize = off
                circuit-breaker.reset-timeout = 2s
                parallelism = {{database.JournalWriters}}
              }
            }
            snapshot-store {
              plugin = "akka.persistence.snapshot-store.sql"
              sql {
                connection-string = "{{database.ConnectionString.Replace("\\", "\\\\").Replace("\"", "\\\"")}}"
                provider-name = "{{database.ProviderName}}"
                auto-initialize = off
                circuit-breaker.reset-timeout = 2s
              }
            }
          }
        }
        """).WithFallback(SqlPersistence.DefaultConfiguration);
}
