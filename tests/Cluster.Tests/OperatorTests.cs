using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Conformance.Tests.Nodes;
using Conformance.Tests.Tools;
using Hearth.Client;
using Hearth.Contracts.Errors;

namespace Cluster.Tests;

/// <summary>Operators at a node of a cluster: on its machine, and on another one.</summary>
public sealed class OperatorTests : IAsyncLifetime
{
    private TestCluster? _cluster;

    private TestCluster Cluster => _cluster!;

    private Node Node => Cluster.Nodes[0];

    public async Task InitializeAsync() => _cluster = await TestCluster.StartAsync(1);

    public Task DisposeAsync() => Cluster.DisposeAsync().AsTask();

    [Fact]
    public async Task From_another_machine_it_takes_a_certificate_of_the_clusters_authority_and_on_its_own_none()
    {
        var refused = await Assert.ThrowsAsync<LambdaException>(() => Node.Client.ListNodesAsync());
        Assert.Equal(ErrorCode.AccessDenied, refused.Code);
        Assert.Contains(TestCluster.Operator(0), refused.Message, StringComparison.Ordinal);
        Assert.Empty((await Node.Client.ListFunctionsAsync().ToListAsync()).Select(function => function.FunctionName));
        using var operators = Cluster.OperatorOf(0);
        Assert.Single((await operators.ListNodesAsync()).Nodes);
        Assert.NotNull((await operators.GetNodeAsync("self")).CertificatesEndAt);
        using var node = Cluster.OperatorOf(0, certificates: "n1");
        Assert.Single((await node.ListNodesAsync()).Nodes);
        var inside = await HearthAsync(inside: true, "node", "list", "--endpoint", $"http://{TestCluster.Http(0)}");
        Assert.True(inside.ExitCode == 0, inside.Error);
    }

    [Fact]
    public async Task The_command_says_what_is_wrong_with_a_certificate()
    {
        var mine = Path.Combine(Cluster.Certificates.FullName, "operator");
        string[] list = ["node", "show", "self", "--endpoint", $"https://{TestCluster.Operator(0)}"];
        var shown = await HearthAsync(inside: false, [.. list, "--certificates", mine]);
        Assert.True(shown.ExitCode == 0, shown.Error);
        Assert.Contains("Certificates  until ", shown.Output, StringComparison.Ordinal);

        Assert.Contains("There is no client.pem in the folder", (await HearthAsync(inside: false, [.. list, "--certificates", "/nowhere"])).Error, StringComparison.Ordinal);

        var foreign = Directory.CreateDirectory(Path.Combine(Cluster.Certificates.FullName, "foreign")).FullName;
        await TestCluster.MakeCertificatesAsync(foreign, 1);
        var stranger = await HearthAsync(inside: false, [.. list, "--certificates", Path.Combine(foreign, "operator")]);
        Assert.Contains("shows a certificate that is not of the authority", stranger.Error, StringComparison.Ordinal);
        File.Copy(Path.Combine(mine, "ca.pem"), Path.Combine(foreign, "operator", "ca.pem"), overwrite: true);
        Assert.Contains("is not signed by", (await HearthAsync(inside: false, [.. list, "--certificates", Path.Combine(foreign, "operator")])).Error, StringComparison.Ordinal);

        var over = Directory.CreateDirectory(Path.Combine(Cluster.Certificates.FullName, "over")).FullName;
        MakeExpired(over);
        Assert.Contains($"{over}/client.pem ended on ", (await HearthAsync(inside: false, [.. list, "--certificates", over])).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_whose_certificate_is_over_does_not_start_and_one_with_an_operators_is_none()
    {
        var over = Directory.CreateDirectory(Path.Combine(Cluster.Certificates.FullName, "over")).FullName;
        MakeExpired(over);
        foreach (var kind in new[] { "pem", "key" })
            File.Move(Path.Combine(over, $"client.{kind}"), Path.Combine(over, $"node.{kind}"));
        Assert.Contains($"{over}/node.pem ended on ", await RefusedAsync(over), StringComparison.Ordinal);

        var mine = Path.Combine(Cluster.Certificates.FullName, "operator");
        foreach (var kind in new[] { "pem", "key" })
            File.Copy(Path.Combine(mine, $"client.{kind}"), Path.Combine(mine, $"node.{kind}"));
        Assert.Contains("is not for servers and clients both", await RefusedAsync(mine), StringComparison.Ordinal);
    }

    private async Task<string> RefusedAsync(string certificates)
    {
        await using var node = NodeProcess.StartIn(
            ClusterNetwork.Name(1), ["--data", Path.Combine(Cluster.Certificates.FullName, "data"), "--http", TestCluster.Http(1), .. TestCluster.Settings(1, certificates, Cluster.Database)]);
        await node.ExitedAsync();
        Assert.Equal(1, node.ExitCode);
        return node.Output;
    }

    private static Task<CommandResult> HearthAsync(bool inside, params string[] arguments) => inside
        ? Command.TryRunAsync("/usr/bin/nsenter", [$"--net=/run/netns/{ClusterNetwork.Name(0)}", Repository.CommandLine, .. arguments])
        : Command.TryRunAsync(Repository.CommandLine, arguments);

    // deploy/certificates.sh makes none that is over.
    private void MakeExpired(string folder)
    {
        var root = Cluster.Certificates.FullName;
        using var authority = X509Certificate2.CreateFromPemFile(Path.Combine(root, "ca.pem"), Path.Combine(root, "ca.key"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=over", key, HashAlgorithmName.SHA256);
        using var signed = request.Create(
            authority.SubjectName, X509SignatureGenerator.CreateForECDsa(authority.GetECDsaPrivateKey()!), DateTimeOffset.UtcNow.AddDays(-3), DateTimeOffset.UtcNow.AddDays(-1), [1, 2, 3]);
        File.Copy(Path.Combine(root, "ca.pem"), Path.Combine(folder, "ca.pem"));
        File.WriteAllText(Path.Combine(folder, "client.pem"), signed.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "client.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
