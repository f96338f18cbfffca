using Conformance.Tests.Nodes;

namespace Conformance.Tests.Lifetime;

/// <summary>What a node does with its options, and with a data directory or a port that is taken.</summary>
public sealed class StartTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hearth-start-");

    [Theory]
    [InlineData("--http", "0.0.0.0:9070", "a loopback address, port 1 to 65535")]
    [InlineData("--http", "nonsense", "a loopback address, port 1 to 65535")]
    [InlineData("--http", "127.0.0.1:65536", "a loopback address, port 1 to 65535")]
    [InlineData("--sandbox", "vm", "container, process (nothing), or auto")]
    [InlineData("--launcher", "docker", "own (hearth-sandbox, beside the program), runc, or auto")]
    [InlineData("--memory", "127", "128 to 16777216 MiB")]
    [InlineData("--memory", "16777217", "128 to 16777216 MiB")]
    [InlineData("--blank-memory", "-1", "0 (none wait) to 1048576 MiB")]
    [InlineData("--concurrency", "0", "1 to 100000")]
    [InlineData("--concurrency", "many", "1 to 100000")]
    [InlineData("--idle-timeout", "0s", "1s to 24h")]
    [InlineData("--idle-timeout", "25h", "1s to 24h")]
    [InlineData("--log-size", "1", "2 to 102400 MiB")]
    [InlineData("--log-age", "59s", "1m to 3650d")]
    [InlineData("--region", "mars", "us-east-1")]
    [InlineData("--account", "12", "12 digits")]
    [InlineData("--runtimes", "/no/such/folder", "is no folder")]
    public async Task A_wrong_option_is_named_with_its_bounds(string option, string value, string bounds)
    {
        List<string> options = ["--data", _folder.FullName, option, value];
        if (option != "--runtimes")
            options.AddRange(["--runtimes", Repository.Runtimes]);
        await using var node = NodeProcess.Start([.. options]);
        await node.ExitedAsync();
        Assert.Equal(64, node.ExitCode);
        Assert.Contains($"hearth-node: {option} '{value}'", node.Output);
        Assert.Contains(bounds, node.Output);
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Fact]
    public async Task An_unknown_option_is_named_and_nothing_starts()
    {
        await using var node = NodeProcess.Start("--data", _folder.FullName, "--nonsense", "1");
        await node.ExitedAsync();
        Assert.Equal(64, node.ExitCode);
        Assert.Contains("--nonsense", node.Output);
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Theory]
    [InlineData("--log-size", "2")]
    [InlineData("--memory", "128")]
    [InlineData("--idle-timeout", "1s")]
    [InlineData("--log-age", "1m")]
    [InlineData("--region", "eu-central-1")]
    public async Task A_value_at_its_bound_is_served(string option, string value)
    {
        await using var node = await Node.StartAsync("process", option, value);
        Assert.Equal(200, (await node.GetAsync("2015-03-31/functions")).Status);
    }

    [Fact]
    public async Task Help_names_every_option()
    {
        await using var node = NodeProcess.Start("--help");
        await node.ExitedAsync();
        Assert.Equal(0, node.ExitCode);
        Assert.All(
            ["--data", "--http", "--sandbox", "--runtimes", "--images", "--registries", "--registry-credentials", "--plain-registries", "--region", "--account", "--memory", "--blank-memory", "--concurrency", "--idle-timeout", "--log-size", "--log-age"],
            option => Assert.Contains(option, node.Output));
    }

    [Fact]
    public async Task A_second_node_on_the_same_data_says_so_and_leaves_the_first_alone()
    {
        await using var first = await Node.StartAsync("process");
        await using var second = NodeProcess.Start("--data", first.Data, "--runtimes", Repository.Runtimes, "--http", "127.0.0.1:0", "--sandbox", "process");
        await second.ExitedAsync();
        Assert.Equal(1, second.ExitCode);
        Assert.Contains($"Another node runs on {first.Data}", second.Output);
        Assert.Contains("--data", second.Output);
        Assert.Equal(200, (await first.GetAsync("readyz")).Status);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        await using var first = await Node.StartAsync("process");
        var address = $"127.0.0.1:{first.Address.Port}";
        await using var second = NodeProcess.Start("--data", _folder.FullName, "--runtimes", Repository.Runtimes, "--http", address, "--sandbox", "process");
        await second.ExitedAsync();
        Assert.Equal(1, second.ExitCode);
        Assert.Contains(address, second.Output);
        Assert.DoesNotContain("   at ", second.Output);
    }

    [Fact]
    public async Task Data_that_cannot_be_a_folder_is_named()
    {
        var file = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(file, "");
        await using var node = NodeProcess.Start("--data", file, "--runtimes", Repository.Runtimes, "--http", "127.0.0.1:0", "--sandbox", "process");
        await node.ExitedAsync();
        Assert.Equal(1, node.ExitCode);
        Assert.Contains(file, node.Output);
        Assert.DoesNotContain("   at ", node.Output);
    }

    [Fact]
    public async Task Health_and_readiness_are_answered_and_the_process_driver_warns()
    {
        await using var node = await Node.StartAsync("process");
        Assert.Equal("Healthy", (await node.GetAsync("healthz")).Text);
        Assert.Equal("Healthy", (await node.GetAsync("readyz")).Text);
        Assert.Contains("nothing isolates them", node.Process.Output);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
