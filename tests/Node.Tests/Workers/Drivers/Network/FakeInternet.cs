using System.Diagnostics;
using Hearth.Node.Workers.Egress;

namespace Hearth.Node.Tests.Workers.Drivers.Network;

/// <summary>
/// Machines that a function may want to reach, all in one network namespace behind a link of this machine; no packet
/// leaves the machine. "Public" are addresses reserved for documentation, "private" is a network of our own.
/// </summary>
public sealed class FakeInternet : IAsyncLifetime
{
    public const string Public = "203.0.113.10", OtherPublic = "203.0.113.11", Resolver = "203.0.113.53", Private = "10.77.0.10", Metadata = "169.254.169.254";

    /// <summary>This machine's own address among the public ones.</summary>
    public const string MachinesPublic = "203.0.113.1";

    public const int Web = 80, Database = 5432, Other = 9999, Datagrams = 9997, Echo = 9998;

    private const string Name = "hearth-test-net", Link = "hearthtest0";

    // TCP: says who calls, or echoes. UDP: one name server that knows one address, and one that prints who sent what.
    private const string Servers = """
        import socket, threading
        def serve(port, answer):
            listener = socket.create_server(("0.0.0.0", port), backlog=64)
            def run():
                while True:
                    connection, peer = listener.accept()
                    threading.Thread(target=answer, args=(connection, peer), daemon=True).start()
            threading.Thread(target=run, daemon=True).start()
        def greet(connection, peer):
            with connection: connection.sendall(peer[0].encode() + b"\n")
        def echo(connection, peer):
            with connection:
                while data := connection.recv(100): connection.sendall(data)
        for port in (80, 5432, 9999, 53): serve(port, greet)
        serve(9998, echo)
        names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); names.bind(("203.0.113.53", 53))
        def resolve():
            while True:
                query, peer = names.recvfrom(512)
                wants_address = query[-4:-2] == b"\0\1"
                answer = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton("203.0.113.10") if wants_address else b""
                end = query.index(b"\0", 12) + 5
                names.sendto(query[:2] + b"\x81\x80\0\1" + (b"\0\1" if wants_address else b"\0\0") + b"\0\0\0\0" + query[12:end] + answer, peer)
        threading.Thread(target=resolve, daemon=True).start()
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); datagrams.bind(("0.0.0.0", 9997))
        print("ready", flush=True)
        while True:
            data, peer = datagrams.recvfrom(100)
            print(data.decode(), "from", peer[0], flush=True)
        """;

    private MachineNetwork? _machine;
    private Process? _servers;

    /// <summary>In place of the real list: without the range that plays the internet.</summary>
    internal static IReadOnlyList<Ipv4Range> NotPublic { get; } = [.. SpecialRanges.NotPublic.Where(range => range.ToString() != "203.0.113.0/24")];

    public async Task InitializeAsync()
    {
        _machine = await MachineNetwork.TakeAsync();
        await RemoveAsync();
        await RunAsync("ip", "netns", "add", Name);
        await RunAsync("ip", "link", "add", Link, "type", "veth", "peer", "name", "eth0", "netns", Name);
        await RunAsync("ip", "address", "add", MachinesPublic + "/24", "dev", Link);
        await RunAsync("ip", "link", "set", Link, "up");
        await RunAsync("ip", "-n", Name, "link", "set", "lo", "up");
        await RunAsync("ip", "-n", Name, "link", "set", "eth0", "up");
        foreach (var address in (string[])[Public + "/24", OtherPublic + "/24", Resolver + "/24", Private + "/24", Metadata + "/32"])
            await RunAsync("ip", "-n", Name, "address", "add", address, "dev", "eth0");
        await RunAsync("ip", "-n", Name, "route", "add", "default", "via", MachinesPublic);
        await RunAsync("ip", "route", "add", "10.77.0.0/24", "via", Public, "dev", Link);
        await RunAsync("ip", "route", "add", Metadata + "/32", "via", Public, "dev", Link);
        _servers = Process.Start(new ProcessStartInfo("ip", ["netns", "exec", Name, "python3", "-c", Servers]) { RedirectStandardOutput = true })!;
        Assert.Equal("ready", await NextLineAsync());
    }

    /// <summary>What the datagram server has got next, as "text from address".</summary>
    public async Task<string?> NextLineAsync() => await _servers!.StandardOutput.ReadLineAsync().WaitAsync(SandboxBench.Deadline);

    public async Task DisposeAsync()
    {
        _servers?.Kill(entireProcessTree: true);
        _servers?.Dispose();
        await RemoveAsync();
        _machine?.Dispose();
    }

    /// <returns>What it printed.</returns>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(SandboxBench.Deadline);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await errors}");
        return await output;
    }

    // The link ends with the namespace, though a moment later.
    private static async Task RemoveAsync()
    {
        foreach (var command in (string[][])[["link", "delete", Link], ["netns", "delete", Name]])
        {
            using var process = Process.Start(new ProcessStartInfo("ip", command) { RedirectStandardError = true })!;
            await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
        }
    }
}
