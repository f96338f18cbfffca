using Conformance.Tests.Nodes;

namespace Cluster.Tests;

/// <summary>Nodes that do not belong to the cluster they knock at: they are kept out, and say why.</summary>
public sealed class StrangerTests : IAsyncLifetime
{
    private TestCluster? _cluster;

    private TestCluster Cluster => _cluster!;

    public async Task InitializeAsync() => _cluster = await TestCluster.StartAsync(1);

    public Task DisposeAsync() => Cluster.DisposeAsync().AsTask();

    [Fact]
    public async Task A_node_with_a_certificate_of_another_authority_ends_at_once()
    {
        var other = Directory.CreateDirectory(Path.Combine(Cluster.Certificates.FullName, "other")).FullName;
        await TestCluster.MakeCertificatesAsync(other, 2);
        await using var stranger = Start(Path.Combine(other, "n1"), Cluster.Database);
        await stranger.ExitedAsync();
        Assert.Equal(1, stranger.ExitCode);
        Assert.Contains($"The seed {TestCluster.Akka(0)} shows a certificate of another authority", stranger.Output);
        Assert.Single((await Cluster.ListNodesAsync(0)).Nodes);
    }

    [Fact]
    public async Task A_node_of_another_database_is_kept_out_and_says_why()
    {
        await using var stranger = Start(Cluster.CertificatesOf(1), await Cluster.Server.NewDatabaseAsync());
        await Patience.UntilAsync(
            () => stranger.Output.Contains($"Not a member of the cluster yet: {TestCluster.Akka(0)} does not let this node in: is it of another database", StringComparison.Ordinal),
            "it says that it is kept out");
        Assert.Single((await Cluster.ListNodesAsync(0)).Nodes);
        await stranger.KillAsync();
    }

    private NodeProcess Start(string certificates, string database) => NodeProcess.StartIn(
        ClusterNetwork.Name(1), ["--data", Path.Combine(Cluster.Certificates.FullName, "stranger"), "--http", TestCluster.Http(1), .. TestCluster.Settings(1, certificates, database)]);
}
