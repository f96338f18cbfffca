using System.Diagnostics;
using Bench.Measuring;

namespace Bench.Subjects;

/// <summary>
/// The echo on the barest servers there are: Node's own http module and Kestrel, each reading the event as JSON and
/// writing it again, as a function's runtime does; and a bare Node server that streams. Each is a process of its own.
/// </summary>
internal sealed class FloorServers : IAsyncDisposable
{
    private readonly List<Process> _processes = [];

    public required Uri Node { get; init; }

    public required Uri Kestrel { get; init; }

    /// <summary>Streams as many bytes as the event says.</summary>
    public required Uri NodeStream { get; init; }

    public static async Task<FloorServers> StartAsync(BenchOptions options, CancellationToken cancellation)
    {
        int nodePort = Programs.FreePort(), kestrelPort = Programs.FreePort(), streamPort = Programs.FreePort();
        var servers = new FloorServers { Node = Local(nodePort), Kestrel = Local(kestrelPort), NodeStream = Local(streamPort) };
        try
        {
            string[] node = ["/usr/bin/node", Path.Combine(AppContext.BaseDirectory, "echo-server.mjs"), $"{nodePort}"];
            string[] kestrel = [Environment.ProcessPath!, "kestrel", $"{kestrelPort}"];
            await servers.StartAsync(node, servers.Node, options.Pin, cancellation);
            string[] stream = ["/usr/bin/node", Path.Combine(AppContext.BaseDirectory, "stream-server.mjs"), $"{streamPort}"];
            await servers.StartAsync(stream, servers.NodeStream, options.Pin, cancellation);
            await servers.StartAsync(kestrel, servers.Kestrel, options.Pin, cancellation);
            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _processes.Clear();
    }

    private async Task StartAsync(string[] command, Uri address, bool pin, CancellationToken cancellation)
    {
        string[] all = pin ? ["taskset", "-c", "1", .. command] : command;
        var process = Programs.Start(all[0], all[1..], redirect: false);
        _processes.Add(process);
        await Programs.WaitForAsync(address, process, TimeSpan.FromSeconds(20), cancellation);
    }

    private static Uri Local(int port) => new($"http://127.0.0.1:{port}/");
}
