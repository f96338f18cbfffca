using System.Net;
using Hearth.Node.Hosting;

namespace Hearth.Node.Tests.Hosting;

public sealed class NodeSettingsTests : IDisposable
{
    private readonly DirectoryInfo _runtimes = Directory.CreateTempSubdirectory("hearth-runtimes-");

    public void Dispose() => _runtimes.Delete(recursive: true);

    [Fact]
    public void Where_nothing_is_given_the_defaults_hold()
    {
        var options = Valid([]);
        Assert.Equal(Path.GetFullPath("./.hearth"), options.DataDirectory);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 9070), options.Http);
        Assert.Equal(SandboxChoice.Auto, options.Sandbox);
        Assert.Equal(("us-east-1", "000000000000"), (options.Partition.Region, options.Partition.AccountId));
        Assert.Null(options.EgressFile);
        Assert.Equal(MachineMemory.FourFifthsMib(), options.MemoryMib);
        Assert.Equal((1_000, TimeSpan.FromMinutes(10)), (options.Concurrency, options.IdleTimeout));
        Assert.Equal((64, TimeSpan.FromDays(14)), (options.LogMib, options.LogAge));
    }

    [Fact]
    public void The_file_of_egress_grants_is_found_from_where_the_node_starts() =>
        Assert.Equal(Path.GetFullPath("grants.json"), Valid(new() { ["egress"] = "grants.json" }).EgressFile);

    [Fact]
    public void The_descriptions_defaults_are_those_that_hold() => Assert.All(
        NodeSettings.All.Where(setting => setting.Default.Length > 0),
        setting => Assert.Equal(Valid([]) with { }, Valid(new() { [setting.Name] = setting.Default })));

    [Theory]
    [InlineData("http", "127.0.0.1:1", "127.0.0.1:1")]
    [InlineData("http", "localhost:8080", "127.0.0.1:8080")]
    [InlineData("http", "[::1]:65535", "[::1]:65535")]
    [InlineData("http", "127.9.9.9:0", "127.9.9.9:0")]
    public void A_loopback_address_with_a_port_is_accepted(string name, string value, string endPoint) =>
        Assert.Equal(endPoint, Valid(new() { [name] = value }).Http.ToString());

    [Fact]
    public void Images_come_from_no_folder_and_over_no_plain_connection_unless_the_operator_says_so()
    {
        Assert.Equal((null, false), (Valid([]).ImagesDirectory, Valid([]).PlainLoopbackRegistries));
        var given = Valid(new() { ["images"] = _runtimes.FullName + "/", ["plain-registries"] = "loopback" });
        Assert.Equal((_runtimes.FullName, true), (given.ImagesDirectory, given.PlainLoopbackRegistries));
    }

    [Fact]
    public void Any_registry_is_asked_unless_the_operator_names_some()
    {
        Assert.Equal((null, null), (Valid([]).ImageRegistries, Valid([]).RegistryCredentialsFile));
        Assert.Equal(["one.example", "[::1]:5000"], Valid(new() { ["registries"] = "one.example,[::1]:5000" }).ImageRegistries!);
    }

    [Fact]
    public void Functions_are_in_a_file_unless_the_operator_names_a_database()
    {
        Assert.Null(Valid([]).Postgres);
        Assert.Equal("Host=db;Database=hearth", Valid(new() { ["postgres"] = "Host=db;Database=hearth" }).Postgres);
        var error = Assert.Single(Read(new() { ["postgres"] = "Host=db;Pasword=sesame" }).Errors);
        Assert.StartsWith("--postgres is not valid", error);
        Assert.DoesNotContain("sesame", error);
    }

    [Theory]
    [InlineData("container", "Container")]
    [InlineData("PROCESS", "Process")]
    [InlineData("auto", "Auto")]
    public void A_sandbox_is_chosen_by_its_word(string value, string choice) =>
        Assert.Equal(choice, Valid(new() { ["sandbox"] = value }).Sandbox.ToString());

    [Theory]
    [InlineData("1s", 1)]
    [InlineData("90", 90)]
    [InlineData("90s", 90)]
    [InlineData("10m", 600)]
    [InlineData("24h", 86_400)]
    [InlineData("1d", 86_400)]
    public void A_time_is_a_number_with_its_unit(string value, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Valid(new() { ["idle-timeout"] = value }).IdleTimeout);

    [Theory]
    [InlineData("memory", "128")]
    [InlineData("memory", "16777216")]
    [InlineData("concurrency", "1")]
    [InlineData("concurrency", "100000")]
    [InlineData("log-size", "2")]
    [InlineData("log-size", "102400")]
    [InlineData("log-age", "1m")]
    [InlineData("log-age", "3650d")]
    [InlineData("region", "us-gov-west-1")]
    [InlineData("account", "123456789012")]
    public void A_value_on_its_bound_is_accepted(string name, string value) => Valid(new() { [name] = value });

    [Theory]
    [InlineData("data", "", "Where the node keeps")]
    [InlineData("http", "", "loopback")]
    [InlineData("http", "9070", "loopback")]
    [InlineData("http", "127.0.0.1", "loopback")]
    [InlineData("http", "127.0.0.1:", "loopback")]
    [InlineData("http", "127.0.0.1:65536", "loopback")]
    [InlineData("http", "127.0.0.1:-1", "loopback")]
    [InlineData("http", "0.0.0.0:9070", "loopback")]
    [InlineData("http", "192.168.1.4:9070", "loopback")]
    [InlineData("http", "example.org:9070", "loopback")]
    [InlineData("http", "::1", "loopback")]
    [InlineData("http", "[::1]", "loopback")]
    [InlineData("sandbox", "", "containers where they can run")]
    [InlineData("sandbox", "docker", "containers where they can run")]
    [InlineData("sandbox", "0", "containers where they can run")]
    [InlineData("sandbox", "-1", "containers where they can run")]
    [InlineData("sandbox", "auto,process", "containers where they can run")]
    [InlineData("region", "", "us-east-1")]
    [InlineData("region", "US-EAST-1", "us-east-1")]
    [InlineData("region", "us-east-1\n", "us-east-1")]
    [InlineData("account", "12345678901", "12 digits")]
    [InlineData("account", "1234567890123", "12 digits")]
    [InlineData("account", "12345678901x", "12 digits")]
    [InlineData("account", "\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661", "12 digits")]
    [InlineData("memory", "127", "128 to 16777216")]
    [InlineData("memory", "16777217", "128 to 16777216")]
    [InlineData("memory", "much", "128 to 16777216")]
    [InlineData("memory", "1.5", "128 to 16777216")]
    [InlineData("concurrency", "0", "1 to 100000")]
    [InlineData("concurrency", "100001", "1 to 100000")]
    [InlineData("concurrency", "", "1 to 100000")]
    [InlineData("idle-timeout", "0s", "1s to 24h")]
    [InlineData("idle-timeout", "25h", "1s to 24h")]
    [InlineData("idle-timeout", "ten", "1s to 24h")]
    [InlineData("idle-timeout", "-5s", "1s to 24h")]
    [InlineData("idle-timeout", "5 s", "1s to 24h")]
    [InlineData("idle-timeout", "99999999999s", "1s to 24h")]
    [InlineData("log-size", "1", "2 to 102400")]
    [InlineData("log-age", "59s", "1m to 3650d")]
    [InlineData("log-age", "3651d", "1m to 3650d")]
    [InlineData("runtimes", "/nowhere/at/all", "folder")]
    [InlineData("images", "/nowhere/at/all", "folder")]
    [InlineData("plain-registries", "all", "none, or loopback")]
    [InlineData("registries", "https://one.example", "host[:port]")]
    [InlineData("registries", "one.example,", "host[:port]")]
    [InlineData("registry-credentials", "/nowhere/at/all", "no file")]
    public void A_wrong_value_is_named_with_what_it_may_be(string name, string value, string bounds)
    {
        var (options, errors) = Read(new() { [name] = value });
        Assert.Null(options);
        var error = Assert.Single(errors);
        Assert.StartsWith($"--{name} '{value}' is ", error);
        Assert.Contains(bounds, error);
    }

    [Fact]
    public void A_node_is_alone_unless_it_has_an_address_in_a_cluster()
    {
        Assert.Null(Valid([]).Cluster);
        var cluster = Valid(Cluster([])).Cluster!;
        Assert.Equal(("10.0.0.1:9071", "10.0.0.1:9072", "10.0.0.1:9073", "/certificates"), ($"{cluster.Akka}", $"{cluster.Channel}", $"{cluster.Operator}", cluster.CertificatesDirectory));
        Assert.Equal(["10.0.0.1:9071", "10.0.0.2:9071"], cluster.Seeds.Select(seed => seed.ToString()));
        Assert.Equal(["control", "gateway", "worker"], cluster.Roles.Order());
        var other = Valid(Cluster(new() { ["roles"] = "worker", ["channel"] = "10.0.0.9:80", ["akka"] = "[fd00::1]:9071" })).Cluster!;
        Assert.Equal(("[fd00::1]:9071", "10.0.0.9:80", "worker"), ($"{other.Akka}", $"{other.Channel}", string.Join(',', other.Roles)));
    }

    [Theory]
    [InlineData("akka", "0.0.0.0:9071", "is not valid")]
    [InlineData("akka", "[::]:9071", "is not valid")]
    [InlineData("akka", "10.0.0.1:0", "is not valid")]
    [InlineData("akka", "10.0.0.1", "is not valid")]
    [InlineData("akka", "node.example:9071", "is not valid")]
    [InlineData("seed", "", "is not valid")]
    [InlineData("seed", "10.0.0.1:9071,", "is not valid")]
    [InlineData("seed", "10.0.0.1:9071,node.example:9071", "is not valid")]
    [InlineData("channel", "0.0.0.0:9072", "is not valid")]
    [InlineData("channel", "9072", "is not valid")]
    [InlineData("channel", "10.0.0.1:9071", "is that of --akka")]
    [InlineData("operator", "9073", "is not valid")]
    [InlineData("operator", "10.0.0.1:9071", "is that of --akka")]
    [InlineData("operator", "10.0.0.1:9072", "is that of --channel")]
    [InlineData("roles", "", "is not valid")]
    [InlineData("roles", "worker,gatekeeper", "is not valid")]
    [InlineData("roles", "Worker", "is not valid")]
    [InlineData("certificates", "", "is not given, and a cluster needs it")]
    [InlineData("postgres", "", "is not given, and a cluster needs it")]
    public void A_mistake_about_the_cluster_is_named(string name, string value, string message)
    {
        var (options, errors) = Read(Cluster(new() { [name] = value }));
        Assert.Null(options);
        var error = Assert.Single(errors);
        Assert.StartsWith($"--{name} ", error);
        Assert.Contains(message, error);
    }

    [Fact]
    public void The_last_port_leaves_none_for_the_channel() =>
        Assert.StartsWith("--channel '10.0.0.1:65535' is that of --akka", Assert.Single(Read(Cluster(new() { ["akka"] = "10.0.0.1:65535" })).Errors));

    [Theory]
    [InlineData("seed", "10.0.0.1:9071")]
    [InlineData("channel", "10.0.0.1:9072")]
    [InlineData("operator", "10.0.0.1:9073")]
    [InlineData("certificates", "/certificates")]
    public void What_is_of_a_cluster_alone_is_named(string name, string value) =>
        Assert.StartsWith($"--{name} is of a cluster, and --akka is not given.", Assert.Single(Read(new() { [name] = value }).Errors));

    [Fact]
    public void Several_wrong_values_are_all_named_at_once()
    {
        var (options, errors) = Read(new() { ["http"] = "x", ["memory"] = "1", ["log-age"] = "never" });
        Assert.Null(options);
        Assert.Equal(["--http", "--memory", "--log-age"], errors.Select(error => error.Split(' ')[0]));
    }

    [Fact]
    public void A_setting_is_spelled_for_the_command_line_the_environment_and_the_file()
    {
        Assert.Equal(("--idle-timeout", "HEARTH_IDLE_TIMEOUT", "Hearth:IdleTimeout"),
            (NodeSettings.IdleTimeout.Option, NodeSettings.IdleTimeout.Variable, NodeSettings.IdleTimeout.Key));
        Assert.Equal(NodeSettings.All.Count, NodeSettings.All.DistinctBy(setting => setting.Variable).Count());
    }

    private static Dictionary<string, string> Cluster(Dictionary<string, string> changes)
    {
        var given = new Dictionary<string, string>
        {
            ["akka"] = "10.0.0.1:9071",
            ["seed"] = "10.0.0.1:9071,10.0.0.2:9071",
            ["certificates"] = "/certificates",
            ["postgres"] = "Host=db;Database=hearth",
        };
        foreach (var (name, value) in changes)
            given[name] = value;
        return given;
    }

    private NodeOptions Valid(Dictionary<string, string> given)
    {
        var (options, errors) = Read(given);
        Assert.Empty(errors);
        return options!;
    }

    private (NodeOptions? Options, IReadOnlyList<string> Errors) Read(Dictionary<string, string> given)
    {
        given.TryAdd("runtimes", _runtimes.FullName);
        return NodeSettings.Read(setting => given.GetValueOrDefault(setting.Name));
    }
}
