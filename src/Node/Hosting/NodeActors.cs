using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using Akka.Hosting;
using Akka.Persistence.Sql;
using Akka.Remote.Hosting;
using Hearth.Node.Functions;
using Hearth.Node.Storage;
using Hearth.Node.Wire;
using Hearth.Node.Workers;

namespace Hearth.Node.Hosting;

/// <summary>The actor system: a cluster of one node, its journal, the functions' shards and the worker.</summary>
internal static class NodeActors
{
    public const string SystemName = "hearth";

    public static IServiceCollection AddNodeActors(this IServiceCollection services, NodeOptions options) =>
        services.AddAkka(SystemName, (akka, provider) =>
        {
            var database = provider.GetRequiredService<Database>();
            akka.ConfigureLoggers(loggers =>
                {
                    loggers.ClearLoggers();
                    loggers.AddLoggerFactory();
                })
                .AddHocon(Settings(database), HoconAddMode.Prepend)
                .WithRemoting("127.0.0.1", 0)
                .WithClustering()
                .WithWorkerAndFunctions(options, provider)
                .WithInspection(provider)
                .AddStartup((system, registry) =>
                {
                    system.ActorOf(Props.Create(() => new StrayMessages(() => registry.Get<FunctionActor>())), "stray-messages");
                    var cluster = Akka.Cluster.Cluster.Get(system);
                    cluster.Join(cluster.SelfAddress);
                });
        });

    private static AkkaConfigurationBuilder WithWorkerAndFunctions(this AkkaConfigurationBuilder akka, NodeOptions options, IServiceProvider provider) =>
        akka.WithActors((system, registry) => registry.Register<WorkerActor>(system.ActorOf(
                Props.Create(() => new WorkerActor(provider.GetRequiredService<WorkerContext>())), "worker")))
            .WithShardRegion<FunctionActor>(
                FunctionShards.RegionName,
                (_, registry, _) =>
                {
                    var context = new FunctionContext(
                        options.Partition, NodeIdentity.Local, registry.Get<WorkerActor>(),
                        provider.GetRequiredService<IFunctionCatalogue>(), provider.GetRequiredService<FunctionDirectory>(),
                        provider.GetRequiredService<TimeProvider>())
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

                    // A function with environments may not leave memory; each actor decides for itself.
                    ShouldPassivateIdleEntities = false,
                });

    /// <summary>What no method above sets, and what a test of persistence needs as well.</summary>
    /// <remarks>
    /// The host stops the actors, after NodeLifetime: the hook of Akka's own would stop them first.
    /// A cluster of one has nobody to wait for: the intervals are those of its own start.
    /// </remarks>
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
              distributed-data.durable.keys = []
            }
            singleton.hand-over-retry-interval = 500ms
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
