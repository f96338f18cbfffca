using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Hearth.Node.Tests.Workers.Drivers.Network;

namespace Conformance.Tests.Lifetime;

/// <summary>What a node does with the operator's <c>egress.json</c>. What is reached and what not is tested with the driver.</summary>
[NeedsRoot]
public sealed class EgressTests : IDisposable
{
    private const string Interfaces = "import socket\ndef handler(event, context): return [name for _, name in socket.if_nameindex()]";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hearth-egress-");

    private string FilePath => Path.Combine(_folder.FullName, "grants.json");

    [SuiteFact]
    public async Task Functions_get_the_network_they_are_granted_and_a_change_needs_no_restart()
    {
        using var network = await MachineNetwork.TakeAsync();
        File.WriteAllText(FilePath, """{"functions": {"granted-*": ["10.99.0.0/16"]}}""");
        await using var node = await Node.StartAsync("container", "--egress", FilePath);
        var granted = await node.CreateAsync(Source.Python(Interfaces), request => request with { FunctionName = Node.NewName("granted-f") });
        var other = await node.CreateAsync(Source.Python(Interfaces), request => request with { FunctionName = Node.NewName("other") });
        Assert.Equal("""["lo", "eth0"]""", (await granted.InvokeAsync()).AssertSucceeded().Text);
        Assert.Equal("""["lo"]""", (await other.InvokeAsync()).AssertSucceeded().Text);
        Assert.Equal(["10.99.0.0/16"], Assert.Single((await node.Client.ListEgressAsync(granted.Name)).Grants).Reaches);
        Assert.Empty((await node.Client.ListEgressAsync(other.Name)).Grants);

        File.WriteAllText(FilePath, """{"functions": {"other-*": "internet"}}""");
        await Patience.UntilAsync(async () => (await node.Client.ListEgressAsync(other.Name)).Grants.Count == 1, "the change is read");
        await other.UpdateCodeAsync(Source.Python(Interfaces + "\n# changed"));
        Assert.Equal("""["lo", "eth0"]""", (await other.InvokeAsync()).AssertSucceeded().Text);
    }

    [Fact]
    public async Task A_wrong_file_is_refused_at_the_start_with_every_error()
    {
        File.WriteAllText(FilePath, """{"functions": {"a": "all", "b": ["169.254.169.254"]}}""");
        await using var node = NodeProcess.Start("--data", Path.Combine(_folder.FullName, "data"), "--runtimes", Repository.Runtimes, "--http", "127.0.0.1:0", "--egress", FilePath);
        await node.ExitedAsync();
        Assert.Equal(1, node.ExitCode);
        Assert.Contains($"{FilePath} functions.\"a\" must be \"none\", \"internet\"", node.Output);
        Assert.Contains("'169.254.169.254' is loopback, link-local", node.Output);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
