using Hearth.Node.DataChannel;
using Hearth.Node.Gateway;
using Hearth.Node.Hosting;
using Hearth.Node.Runtimes;
using Hearth.Node.Storage;

// The node's contents page: settings first, then a line a folder, in the order an invocation passes through them.
var (options, exitCode) = NodeCommandLine.Read(args);
if (options is null)
    return exitCode;

try
{
    using var directory = DataDirectoryLock.Take(options.DataDirectory);
    using var certificates = options.Cluster is { } cluster ? NodeCertificates.Load(cluster.CertificatesDirectory, TimeProvider.System) : null;
    using Database database = options.Postgres is { } connection
        ? PostgresDatabase.At(connection, shared: options.Cluster is not null)
        : new SqliteDatabase(Path.Combine(options.DataDirectory, "hearth.db"));
    var builder = WebApplication.CreateSlimBuilder();
    builder.WebHost.ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;

        // Each operation has a limit of its own. Kestrel's would close the connection on a caller that still sends, who then
        // sees a broken pipe in place of the refusal.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Listen(options.Http);
        if (certificates is not null)
            kestrel.Listen(options.Cluster!.Operator, listen => listen.UseHttps(OperatorAccess.Https(certificates)));
    });
    // Inline: what follows a read goes on where it was read. Nothing on an invocation's way blocks.
    builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
    builder.Logging.ConfigureNodeLogging();

    using var startLog = LoggerFactory.Create(logging => logging.ConfigureNodeLogging());
    await database.StartAsync(startLog.CreateLogger<Database>());
    var identity = certificates is not null && database is PostgresDatabase shared ? await ClusterIdentity.ReadAsync(shared, options.Partition, TimeProvider.System) : null;
    if (certificates is not null)
        await SeedCheck.AssertTrustAsync(options.Cluster!, certificates);
    var runtimes = await RuntimeCatalog.LoadAsync(
        options.RuntimesDirectory, new RuntimeCatalogSettings { Logger = startLog.CreateLogger<RuntimeCatalog>() }, CancellationToken.None);
    builder.Services
        .AddSingleton(TimeProvider.System)
        .AddNodeMetrics()
        .AddGateway(options)
        .AddFunctions()
        .AddNodeCluster(options, certificates)
        .AddNodeWorker(options, runtimes)
        .AddRuntimeApi()
        .AddNodePackages(options)
        .AddNodeLogs(options)
        .AddNodeStorage(database)
        .AddNodeActors(options, identity)
        .AddNodeInspection(NodeIdentity.Of(options))
        .AddNodeLifetime();

    var app = builder.Build();
    app.MapGateway(options);
    app.AnnounceStart(options);
    await app.RunAsync();
    return Environment.ExitCode;
}
catch (Exception failure) when (failure is StorageException or InvalidOperationException or IOException)
{
    await Console.Error.WriteLineAsync($"hearth-node: {failure.Message}");
    return 1;
}
