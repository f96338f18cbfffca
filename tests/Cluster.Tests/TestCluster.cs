using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Conformance.Tests.Tools;
using Hearth.Client;
using Hearth.Contracts.Api;
using Hearth.Node.Tests.Storage;

namespace Cluster.Tests;

/// <summary>Nodes of one cluster, each a process with a network and a data directory of its own, and their database.</summary>
public sealed class TestCluster : IAsyncDisposable
{
    public const int AkkaPort = 7946;

    private readonly PostgresServer _server = new();
    private readonly List<Node> _nodes = [];
    private ClusterNetwork? _network;

    private TestCluster()
    {
    }

    public IReadOnlyList<Node> Nodes => _nodes;

    public ClusterNetwork Network => _network!;

    public PostgresServer Server => _server;

    public string Database { get; private set; } = "";

    public DirectoryInfo Certificates { get; } = Directory.CreateTempSubdirectory("hearth-certificates-");

    /// <summary>Started together, and all ready.</summary>
    public static Task<TestCluster> StartAsync(int nodes, params string[] options) => StartAsync([.. Enumerable.Range(0, nodes).Select(_ => options)]);

    /// <summary>The same, each node with options of its own.</summary>
    /// <param name="program">Of another version; null for the one that these tests are built with.</param>
    public static async Task<TestCluster> StartAsync(IReadOnlyList<string[]> options, string? program = null)
    {
        var nodes = options.Count;
        var cluster = new TestCluster();
        try
        {
            cluster._network = await ClusterNetwork.MakeAsync(Math.Max(nodes, 2));
            await cluster._server.InitializeAsync();
            cluster.Database = await cluster._server.NewDatabaseAsync();
            await MakeCertificatesAsync(cluster.Certificates.FullName, Math.Max(nodes, 2));
            for (var node = 0; node < nodes; node++)
                cluster._nodes.Add(cluster.NewNode(node, program, options[node]));
            await Task.WhenAll(cluster._nodes.Select(node => node.StartAsync()));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A node at the place of number <paramref name="node"/>, not started.</summary>
    private Node NewNode(int node, string? program, string[] options)
    {
        var made = Node.In(ClusterNetwork.Name(node), Http(node), "process", [.. Settings(node, CertificatesOf(node), Database), .. options]);
        made.Program = program;
        return made;
    }

    /// <summary>What makes a node one of this cluster.</summary>
    public static string[] Settings(int node, string certificates, string database) =>
    [
        "--trust-network", "all", "--akka", Akka(node), "--seed", string.Join(',', Enumerable.Range(0, 3).Select(Akka)),
        "--certificates", certificates, "--postgres", database, "--blank-memory", "0",
    ];

    public static string Http(int node) => $"{ClusterNetwork.Address(node)}:9070";

    public string CertificatesOf(int node) => Path.Combine(Certificates.FullName, $"n{node}");

    /// <summary>As an operator on another machine asks a node: over HTTPS, with a certificate. Retries nothing.</summary>
    public HearthClient OperatorOf(int node, string certificates = "operator") => new(new HearthClientOptions
    {
        Endpoint = new Uri($"https://{Operator(node)}"),
        Certificates = Path.Combine(Certificates.FullName, certificates),
        Retry = new RetryOptions { MaxAttempts = 1 },
    });

    /// <summary>All nodes, as one of them sees them.</summary>
    public async Task<ListNodesResponse> ListNodesAsync(int node)
    {
        using var operators = OperatorOf(node);
        return await operators.ListNodesAsync();
    }

    public static string Operator(int node) => $"{ClusterNetwork.Address(node)}:{AkkaPort + 2}";

    public static string Akka(int node) => $"{ClusterNetwork.Address(node)}:{AkkaPort}";

    /// <summary>Creates a function through a node, and waits until it is active.</summary>
    internal Task<TestFunction> CreateAsync(int node, Source source, Func<CreateFunctionRequest, CreateFunctionRequest>? configure = null) =>
        _nodes[node].CreateAsync(source, configure);

    /// <summary>The same function, asked for through another node.</summary>
    internal TestFunction Through(int node, TestFunction function) => new(_nodes[node], function.Name);

    public static Task MakeCertificatesAsync(string folder, int nodes) => Command.RunAsync(
        Path.Combine(Repository.Root, "deploy", "certificates.sh"),
        [folder, .. Enumerable.Range(0, nodes).Select(node => $"n{node}={ClusterNetwork.Address(node)}"), "--client", "operator"]);

    public async ValueTask DisposeAsync()
    {
        if (_network is not null)
            await _network.MendAsync();
        foreach (var node in _nodes)
            await node.AbandonAsync();
        await _server.DisposeAsync();
        if (_network is not null)
            await _network.DisposeAsync();
        Certificates.Delete(recursive: true);
    }
}
