using System.Diagnostics.Metrics;
using Akka.Actor;
using Hearth.Contracts.Api;
using Hearth.Node.DataChannel;
using Hearth.Node.Functions;
using Hearth.Node.Gateway;
using Hearth.Node.Logs;
using Hearth.Node.Membership;
using Hearth.Node.Packages;
using Hearth.Node.Packages.Images;
using Hearth.Node.RuntimeApi;
using Hearth.Node.Runtimes;
using Hearth.Node.Storage;
using Hearth.Node.Workers;
using Hearth.Node.Workers.Blanks;
using Hearth.Node.Workers.Drivers;
using Hearth.Node.Workers.Drivers.Process;
using Hearth.Node.Workers.Egress;

namespace Hearth.Node.Hosting;

/// <summary>What the node is made of, a method a folder.</summary>
internal static class NodeServices
{
    public static IServiceCollection AddNodeCluster(this IServiceCollection services, NodeOptions options, NodeCertificates? certificates)
    {
        services.AddSingleton(options).AddSingleton(new Fleet(NodeIdentity.Of(options)));
        if (options.Cluster is not { } cluster)
            return services;
        return services
            .AddSingleton(cluster)
            .AddSingleton(certificates!)
            .AddSingleton<ChannelClient>()
            .AddHostedService(provider => ActivatorUtilities.CreateInstance<ChannelServer>(provider, cluster.Channel))
            .AddHostedService<CertificateWatch>()
            .AddHostedService<ClusterWatch>();
    }

    public static IServiceCollection AddNodeStorage(this IServiceCollection services, Database database)
    {
        if (database is PostgresDatabase)
            services.AddSingleton<IPackageOrigin, PackageTable>();
        return services
            .AddSingleton(database)
            .AddSingleton<StorageHealth>()
            .AddHostedService<StorageWatch>()
            .AddSingleton<IFunctionCatalogue, FunctionCatalogue>();
    }

    public static IServiceCollection AddNodePackages(this IServiceCollection services, NodeOptions options) => services
        .AddSingleton(provider => new PackageStore(
            Path.Combine(options.DataDirectory, "packages"), provider.GetRequiredService<TimeProvider>(), provider.GetService<IPackageOrigin>())
        {
            Logger = provider.GetRequiredService<ILogger<PackageStore>>(),
        })
        .AddSingleton(provider => new ImageStore(
            Path.Combine(options.DataDirectory, "images"),
            new ImageOptions(
                options.ImagesDirectory,
                options.ImageRegistries,
                options.PlainLoopbackRegistries,
                options.RegistryCredentialsFile,
                provider.GetRequiredService<ISandboxDriver>() is ProcessDriver ? ProcessDriver.ImageRefusal : ImageOptions.MissingPrograms())));

    public static IServiceCollection AddNodeLogs(this IServiceCollection services, NodeOptions options) => services
        .AddSingleton(provider => new FunctionLogs(
            Path.Combine(options.DataDirectory, "logs"),
            LogOptions(options),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<FunctionLogs>>(),
            provider.GetRequiredService<Meter>()))
        .AddSingleton<IFunctionLogSink>(provider => provider.GetRequiredService<FunctionLogs>());

    public static IServiceCollection AddNodeWorker(this IServiceCollection services, NodeOptions options, RuntimeCatalog runtimes) => services
        .AddSingleton(runtimes)
        .AddSingleton(provider => EgressSettings.Load(
            options.EgressFile ?? Path.Combine(options.DataDirectory, EgressFile.DefaultName), mustExist: options.EgressFile is not null,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<EgressSettings>>()))
        .AddSingleton(provider => SandboxDrivers.Choose(
            options.Sandbox.ToString().ToLowerInvariant(), options.Launcher.ToString().ToLowerInvariant(), options.DataDirectory, provider.GetRequiredService<ILoggerFactory>(), provider.GetRequiredService<EgressSettings>()))
        .AddSingleton<EnvironmentTable>()
        .AddSingleton<WorkerMetrics>()
        .AddSingleton(provider => new WorkerContext(
            NodeIdentity.Of(options),
            options.Partition,
            provider.GetRequiredService<ISandboxDriver>(),
            provider.GetRequiredService<PackageStore>(),
            runtimes,
            provider.GetRequiredService<EnvironmentTable>(),
            provider.GetRequiredService<IRuntimeApiListeners>(),
            provider.GetRequiredService<IFunctionLogSink>(),
            provider.GetRequiredService<FunctionRegion>().Tell,
            options.MemoryMib,
            provider.GetRequiredService<TimeProvider>())
        {
            BlankMemoryMib = options.Cluster?.Roles.Contains(NodeRoles.Worker) is false ? 0 : options.BlankMemoryMib,
            Channel = options.Cluster?.Channel.ToString(),
            Images = provider.GetRequiredService<ImageStore>(),
            Log = provider.GetRequiredService<ILogger<WorkerActor>>(),
            Metrics = provider.GetRequiredService<WorkerMetrics>(),
        });

    public static IServiceCollection AddRuntimeApi(this IServiceCollection services) => services
        .AddSingleton<SandboxTransport>()
        .AddSingleton<IRuntimeApiListeners>(provider => provider.GetRequiredService<SandboxTransport>())
        .AddHostedService<RuntimeApiServer>();

    public static IServiceCollection AddFunctions(this IServiceCollection services) => services
        .AddSingleton<FunctionDirectory>()
        .AddSingleton(provider => new FunctionRegion(
            () => provider.GetRequiredService<Akka.Hosting.IReadOnlyActorRegistry>().Get<FunctionActor>(),
            provider.GetRequiredService<FunctionDirectory>(), provider.GetRequiredService<StorageHealth>(), provider.GetRequiredService<Fleet>()))
        .AddSingleton(provider => new EnvironmentAccess(
            provider.GetRequiredService<Fleet>(), provider.GetRequiredService<EnvironmentTable>(), provider.GetService<ChannelClient>() is { } channel ? channel.InvokeAsync : null))
        .AddSingleton<InvocationMetrics>()
        .AddSingleton<FunctionInvoker>();

    public static IServiceCollection AddGateway(this IServiceCollection services, NodeOptions options)
    {
        services.AddHealthChecks().AddCheck<NodeReadiness>("node");
        return services
            .AddSingleton(new FunctionNames(options.Partition))
            .AddSingleton<IRequestAuthenticator>(provider => new OperatorAccess(provider.GetService<NodeCertificates>(), options.Cluster?.Operator))
            .AddSingleton<SettingsReader>()
            .AddSingleton<FunctionsApi>()
            .AddSingleton<InvokeRequests>()
            .AddSingleton<InvokeApi>()
            .AddSingleton<InvokeStreamApi>()
            .AddSingleton<EgressApi>()
            .AddSingleton<FunctionLogReader>()
            .AddSingleton<ClusterApi>()
            .AddSingleton<NodesApi>()
            .AddSingleton(provider => new AccountApi(provider.GetRequiredService<IFunctionCatalogue>(), options.Concurrency))
            .AddSingleton(provider => ActivatorUtilities.CreateInstance<InspectionApi>(
                provider, DescribeBlanks(provider), NodeIdentity.Of(options), provider.GetRequiredService<ISandboxDriver>().Name));
    }

    public static IServiceCollection AddNodeLifetime(this IServiceCollection services) => services
        .AddSingleton<NodeReadiness>()
        .AddHostedService<NodeLifetime>()
        .Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(80));

    public static void MapGateway(this WebApplication app, NodeOptions options)
    {
        app.UseMiddleware<GatewayMiddleware>();
        app.UseRouting();
        app.MapHealthChecks("/healthz", new() { Predicate = _ => false });
        app.MapHealthChecks("/readyz");
        if (options.Cluster?.Roles.Contains(NodeRoles.Gateway) is not false)
        {
            app.Services.GetRequiredService<InvokeApi>().Map(app);
            app.Services.GetRequiredService<InvokeStreamApi>().Map(app);
            app.Services.GetRequiredService<FunctionsApi>().Map(app);
            app.Services.GetRequiredService<AccountApi>().Map(app);
        }

        app.Services.GetRequiredService<InspectionApi>().Map(app);
        app.Services.GetRequiredService<EgressApi>().Map(app);
        app.Services.GetRequiredService<ClusterApi>().Map(app);
        app.Services.GetRequiredService<NodesApi>().Map(app);
        app.MapMetrics();
        app.MapFallback(OtherOperations.AnswerAsync);
    }

    private static Func<Task<IReadOnlyList<BlankDescription>>> DescribeBlanks(IServiceProvider provider) => async () =>
    {
        var worker = provider.GetRequiredService<Akka.Hosting.IReadOnlyActorRegistry>().Get<WorkerActor>();
        return (await worker.Ask<BlankActor.Described>(BlankActor.Describe.Instance, TimeSpan.FromSeconds(5))).Blanks;
    };

    // Small logs are kept in small files: only whole ones are deleted.
    private static FunctionLogOptions LogOptions(NodeOptions options)
    {
        var defaults = new FunctionLogOptions();
        return defaults with
        {
            MaxBytes = options.LogMib * 1_048_576L,
            MaxAge = options.LogAge,
            SegmentBytes = (int)Math.Min(defaults.SegmentBytes, options.LogMib * 1_048_576L / 2),
        };
    }
}
