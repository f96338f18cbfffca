using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Hearth.Node.Workers.Drivers;
using Hearth.Node.Workers.Drivers.Container;
using Hearth.Node.Workers.Egress;

namespace Hearth.Node.Tests.Workers.Drivers.Network;

/// <summary>What a sandbox reaches with each kind of grant. Each test runs a program that tries.</summary>
[Collection("sandboxes")]
public sealed class SandboxEgressTests : IClassFixture<FakeInternet>, IAsyncLifetime, IDisposable
{
    // Prints "name reached" or "name no" and, where it was told, who the other side says is calling.
    private const string Probe = """
        import errno, os, socket, struct, sys
        def reach(name, address, port, say=False):
            try:
                with socket.create_connection((address, port), 1) as connection:
                    print(name, "reached", connection.recv(100).decode().strip() if say else "", flush=True)
            except OSError:
                print(name, "no", flush=True)
        def route():
            fields = [line.split() for line in open("/proc/net/route")]
            return socket.inet_ntoa(struct.pack("=I", [int(line[2], 16) for line in fields[1:] if line[1] == "00000000"][0]))

        """;

    private readonly FakeInternet _internet;
    private readonly EgressSettings _settings = new(new EgressPolicies
    {
        Grants =
        [
            new("open", Internet: true, []),
            new("billing", Internet: false, [new(Ipv4Range.Of("10.77.0.0/24"), EgressProtocol.Tcp, [new(FakeInternet.Database, FakeInternet.Database)])]),
            new("wide", Internet: true, [new(Ipv4Range.Of("10.77.0.0/24"), null, []), new(Ipv4Range.Of("192.0.2.0/24"), null, [])]),
            new("closed", Internet: false, []),
        ],
        Resolvers = [IPAddress.Parse(FakeInternet.Resolver)],
        Never = [Ipv4Range.Of(FakeInternet.OtherPublic)],
        NotPublic = FakeInternet.NotPublic,
    });

    private readonly SandboxBench _bench;

    public SandboxEgressTests(FakeInternet internet)
    {
        _internet = internet;
        _bench = new SandboxBench(data => new ContainerDriver(data, egress: _settings));
    }

    public void Dispose() => _settings.Dispose();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _bench.RemoveAsync();
        ContainerRemains.AssertNone(_bench.Data);
        Assert.DoesNotContain($"hearth-{SandboxInstance.Of(_bench.Data)}", await FakeInternet.RunAsync("nft", "list", "tables"));
    }

    [Fact]
    public async Task The_internet_is_public_addresses_through_the_machines_own()
    {
        var lines = await TryAsync("open", $"""
            reach("public", "{FakeInternet.Public}", {FakeInternet.Web}, say=True)
            reach("other port", "{FakeInternet.Public}", {FakeInternet.Other})
            reach("private", "{FakeInternet.Private}", {FakeInternet.Web})
            reach("metadata", "{FakeInternet.Metadata}", {FakeInternet.Web})
            reach("never", "{FakeInternet.OtherPublic}", {FakeInternet.Web})
            """);
        Assert.Equal([$"public reached {FakeInternet.MachinesPublic}", "other port reached", "private no", "metadata no", "never no"], lines);
    }

    [Fact]
    public async Task A_grant_of_addresses_and_ports_reaches_just_those()
    {
        var lines = await TryAsync("billing", $"""
            reach("granted", "{FakeInternet.Private}", {FakeInternet.Database})
            reach("other port", "{FakeInternet.Private}", {FakeInternet.Web})
            reach("public", "{FakeInternet.Public}", {FakeInternet.Database})
            reach("metadata", "{FakeInternet.Metadata}", {FakeInternet.Database})
            """);
        Assert.Equal(["granted reached", "other port no", "public no", "metadata no"], lines);
    }

    [Theory]
    [InlineData("closed")]
    [InlineData("unknown")]
    public async Task A_function_without_a_grant_has_no_network_and_no_name_server(string function)
    {
        var lines = await TryAsync(function, $"""
            print([name for _, name in socket.if_nameindex()], open("/etc/resolv.conf").read() == "")
            reach("public", "{FakeInternet.Public}", {FakeInternet.Web})
            reach("resolver", "{FakeInternet.Resolver}", 53)
            """);
        Assert.Equal(["['lo'] True", "public no", "resolver no"], lines);
        Assert.Empty(ContainerRemains.Links(_bench.Data));
    }

    [Theory]
    [InlineData("open")]
    [InlineData("wide")]
    public async Task No_grant_reaches_the_machine_itself_by_any_of_its_addresses(string function)
    {
        using var listener = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        listener.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        listener.Listen();
        var addresses = NetworkInterface.GetAllNetworkInterfaces().SelectMany(link => link.GetIPProperties().UnicastAddresses).Select(found => found.Address).ToArray();
        Assert.Contains(addresses, address => address.ToString() == FakeInternet.MachinesPublic);
        var lines = await TryAsync(function, $"""
            for address in [{string.Join(", ", addresses.Select(address => $"'{address}'"))}] + [route()]:
                reach("machine", address, {((IPEndPoint)listener.LocalEndPoint!).Port})
            """);
        Assert.Equal(addresses.Length + 1, lines.Length);
        Assert.All(lines, line => Assert.Equal("machine no", line));
        Assert.False(listener.Poll(0, SelectMode.SelectRead));
    }

    [Fact]
    public async Task An_address_of_the_machine_that_one_of_its_rules_leads_elsewhere_is_refused_all_the_same()
    {
        await FakeInternet.RunAsync("nft", "add table ip hearth-test; add chain ip hearth-test led { type nat hook prerouting priority dstnat; }; "
            + $"add rule ip hearth-test led ip daddr {FakeInternet.MachinesPublic} tcp dport 7777 dnat to {FakeInternet.Private}:{FakeInternet.Web}");
        try
        {
            Assert.Equal(["granted reached", "led there no"], await TryAsync("wide", $"""
                reach("granted", "{FakeInternet.Private}", {FakeInternet.Web})
                reach("led there", "{FakeInternet.MachinesPublic}", 7777)
                """));
        }
        finally
        {
            await FakeInternet.RunAsync("nft", "delete table ip hearth-test");
        }
    }

    [Fact]
    public async Task A_neighbour_is_not_reached_and_ipv6_is_off()
    {
        var output = new CollectingOutput();
        await _bench.StartAsync(Spec("open", """
            listener = socket.create_server(("0.0.0.0", 8080))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                s.connect(("203.0.113.10", 9)); print("at", s.getsockname()[0], flush=True)
            listener.accept(); print("called")
            """, output));
        var address = (await output.WaitForAsync("\n")).Split()[1];
        var lines = await TryAsync("wide", $$"""
            reach("neighbour", "{{address}}", 8080)
            reach("its runtime api", "{{address}}", 9001)
            print("addresses", [line.split()[5] for line in open("/proc/net/if_inet6")])
            """);
        Assert.Equal(["neighbour no", "its runtime api no", "addresses ['lo']"], lines);

        // Nor where its address is not in the range of addresses any more, and a grant names it.
        _settings.Set(_settings.Current with { Range = Ipv4Range.Of("198.18.77.0/24"), Grants = [new("wide", Internet: false, [new(EgressPolicies.DefaultRange, null, [])])] });
        Assert.Equal(["neighbour no"], await TryAsync("wide", $"""
            reach("neighbour", "{address}", 8080)
            """));
        Assert.DoesNotContain("called", output.Text);
    }

    [Fact]
    public async Task Names_are_resolved_by_the_operators_resolvers_at_port_53_alone()
    {
        var lines = await TryAsync("billing", $"""
            print(open("/etc/resolv.conf").read().strip())
            print(socket.gethostbyname("example.test"))
            reach("dns by tcp", "{FakeInternet.Resolver}", 53)
            reach("its other port", "{FakeInternet.Resolver}", {FakeInternet.Web})
            """);
        Assert.Equal([$"nameserver {FakeInternet.Resolver}", "203.0.113.10", "dns by tcp reached", "its other port no"], lines);
    }

    [Fact]
    public async Task The_runtime_api_answers_beside_the_network()
    {
        var (_, text) = await _bench.RunAsync("python3", $"""
            {Probe}
            import urllib.request
            print(urllib.request.urlopen("http://127.0.0.1:9001/").read().decode())
            reach("public", "{FakeInternet.Public}", {FakeInternet.Web})
            """, spec => spec with { FunctionName = "open", ServeRuntimeApi = SandboxBench.Answer("an event") });
        Assert.Equal("an event\npublic reached \n", text);
    }

    [Fact]
    public async Task A_packet_under_another_source_address_is_dropped()
    {
        var output = new CollectingOutput();
        var sandbox = (ContainerSandbox)await _bench.StartAsync(Spec("open", "print('up', flush=True); socket.create_server(('127.0.0.1', 1024)).accept()", output));
        await output.WaitForAsync("up");
        // As root in the sandbox's network, which no function is: it may forge what it likes.
        await FakeInternet.RunAsync("nsenter", "-t", $"{sandbox.Pid}", "-n", "python3", "-c", $"""
            import socket, struct
            own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); own.connect(("{FakeInternet.Public}", 9)); own = own.getsockname()[0]
            raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
            def send(source, text):
                udp = struct.pack("!HHHH", 4000, {FakeInternet.Datagrams}, 8 + len(text), 0) + text
                raw.sendto(struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, socket.inet_aton(source), socket.inet_aton("{FakeInternet.Public}")) + udp, ("{FakeInternet.Public}", 0))
            neighbour = socket.inet_ntoa(struct.pack("!I", struct.unpack("!I", socket.inet_aton(own))[0] + 2))
            for source in (neighbour, "203.0.113.10", "203.0.113.1", "10.77.0.10", "198.51.100.7"): send(source, b"forged")
            send(own, b"honest")
            """);
        Assert.Equal($"honest from {FakeInternet.MachinesPublic}", await _internet.NextLineAsync());
    }

    [Fact]
    public async Task A_grant_that_is_taken_back_ends_open_connections_and_one_that_is_given_holds_at_once()
    {
        var output = new CollectingOutput();
        await _bench.StartAsync(Spec("open", $"""
            connection = socket.create_connection(("{FakeInternet.Public}", {FakeInternet.Echo}), 1)
            print("open", flush=True)
            try:
                while True:
                    connection.send(b"x"); connection.recv(1)
            except OSError:
                print("cut", flush=True)
            while True:
                try:
                    socket.create_connection(("{FakeInternet.Private}", {FakeInternet.Web}), 0.2).close()
                    print("another", flush=True)
                    break
                except OSError: pass
            """, output));
        await output.WaitForAsync("open");
        _settings.Set(_settings.Current with { Grants = [] });
        await output.WaitForAsync("cut");
        _settings.Set(_settings.Current with { Grants = [new("o*", Internet: false, [new(Ipv4Range.Of("10.77.0.0/24"), null, [])])] });
        await output.WaitForAsync("another");
    }

    [Fact]
    public async Task One_sandbox_cannot_use_up_the_machines_table_of_connections()
    {
        var lines = await TryAsync("open", $$"""
            own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            refused = 0
            for port in range(10000, 14000):
                try: own.sendto(b"x", ("{{FakeInternet.Public}}", port))
                except OSError: refused += 1
            print("sent")
            """);
        Assert.Equal(["sent"], lines);
        var tracked = File.ReadAllLines("/proc/net/nf_conntrack").Count(line => line.Contains("dport=1", StringComparison.Ordinal) && line.Contains($"dst={FakeInternet.Public} ", StringComparison.Ordinal));
        Assert.InRange(tracked, 1, 1_100);
    }

    [Fact]
    public async Task Nothing_is_left_when_a_sandbox_stops()
    {
        var sandbox = await _bench.StartAsync(Spec("open", "socket.create_server(('127.0.0.1', 1024)).accept()"));
        Assert.Single(ContainerRemains.Links(_bench.Data));
        await sandbox.StopAsync(keepScratch: false);
        ContainerRemains.AssertNoneRuns(_bench.Data);
        Assert.Empty(ContainerRemains.Links(_bench.Data));
    }

    [Fact]
    public async Task A_node_that_is_gone_leaves_nothing_after_its_successors_sweep()
    {
        var sandbox = await _bench.StartAsync(Spec("open", "socket.create_server(('127.0.0.1', 1024)).accept()"));
        Assert.Single(ContainerRemains.Links(_bench.Data));
        await _bench.CreateSuccessor().SweepAsync(default);
        await sandbox.Exited.WaitAsync(SandboxBench.Deadline);
        Assert.Empty(ContainerRemains.Links(_bench.Data));
        Assert.DoesNotContain($"hearth-{SandboxInstance.Of(_bench.Data)}", await FakeInternet.RunAsync("nft", "list", "tables"));
    }

    private SandboxSpec Spec(string function, string program, CollectingOutput? output = null) =>
        _bench.Spec("python3", Probe + program, output) with { FunctionName = function };

    private async Task<string[]> TryAsync(string function, string program)
    {
        var (exit, text) = await _bench.RunAsync("python3", Probe + program, spec => spec with { FunctionName = function });
        Assert.True(exit.ExitCode == 0, text);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim())];
    }
}
