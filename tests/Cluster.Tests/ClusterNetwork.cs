using Conformance.Tests.Tools;

namespace Cluster.Tests;

/// <summary>
/// A network of its own for each node, all on one bridge: each has an address, as a machine has, and links can be cut. One test run
/// at a time has it; what a run that was killed has left is removed first.
/// </summary>
public sealed class ClusterNetwork : IAsyncDisposable
{
    private const int MostNodes = 8;

    private const string Bridge = "hearthct", Prefix = "10.97.46";

    private readonly int _nodes;

    private ClusterNetwork(int nodes) => _nodes = nodes;

    public static async Task<ClusterNetwork> MakeAsync(int nodes)
    {
        var network = new ClusterNetwork(nodes);
        await network.RemoveAsync();
        await IpAsync("link", "add", Bridge, "type", "bridge");
        await IpAsync("addr", "add", $"{Prefix}.1/24", "dev", Bridge);
        await IpAsync("link", "set", Bridge, "up");
        for (var node = 0; node < nodes; node++)
        {
            await IpAsync("netns", "add", Name(node));
            await IpAsync("link", "add", Link(node), "type", "veth", "peer", "name", "eth0", "netns", Name(node));
            await IpAsync("link", "set", Link(node), "master", Bridge, "up");
            await IpAsync("-n", Name(node), "addr", "add", $"{Address(node)}/24", "dev", "eth0");
            await IpAsync("-n", Name(node), "link", "set", "lo", "up");
            await IpAsync("-n", Name(node), "link", "set", "eth0", "up");
        }

        return network;
    }

    /// <summary>Of <c>ip netns</c>.</summary>
    public static string Name(int node) => $"hearth-ct-{node}";

    public static string Address(int node) => $"{Prefix}.{11 + node}";

    /// <summary>Drops whatever goes between the two groups, in both directions. Who is in no group keeps every connection.</summary>
    public static async Task CutAsync(IReadOnlyList<int> some, IReadOnlyList<int> others)
    {
        foreach (var (from, to) in some.SelectMany(one => others.SelectMany(other => new[] { (one, other), (other, one) })))
            await DropAsync(from, to);
    }

    /// <summary>Drops what <paramref name="to"/> sends to <paramref name="from"/>'s machine, and nothing else.</summary>
    public static async Task DropAsync(int from, int to)
    {
        await InAsync(from, "nft", "add", "table", "ip", "cut");
        await InAsync(from, "nft", "add", "chain", "ip", "cut", "in", "{ type filter hook input priority 0; }");
        await InAsync(from, "nft", "add", "rule", "ip", "cut", "in", "ip", "saddr", Address(to), "drop");
    }

    /// <summary>What comes from other machines to one port of a node's is handed to another.</summary>
    public static async Task RedirectAsync(int node, int port, int to)
    {
        await InAsync(node, "nft", "add", "table", "ip", "slow");
        await InAsync(node, "nft", "add", "chain", "ip", "slow", "in", "{ type nat hook prerouting priority -100; }");
        await InAsync(node, "nft", "add", "rule", "ip", "slow", "in", "tcp", "dport", $"{port}", "redirect", "to", $":{to}");
    }

    /// <summary>Every link works again.</summary>
    public async Task MendAsync()
    {
        for (var node = 0; node < _nodes; node++)
            await Command.TryRunAsync("/usr/sbin/ip", ["netns", "exec", Name(node), "nft", "delete", "table", "ip", "cut"]);
    }

    public async ValueTask DisposeAsync() => await RemoveAsync();

    private static Task<string> InAsync(int node, params string[] command) => IpAsync(["netns", "exec", Name(node), .. command]);

    private static string Link(int node) => $"hearthct{node}";

    private static Task<string> IpAsync(params string[] arguments) => Command.RunAsync("/usr/sbin/ip", arguments);

    private async Task RemoveAsync()
    {
        for (var node = 0; node < Math.Max(_nodes, MostNodes); node++)
        {
            await Command.TryRunAsync("/usr/sbin/ip", ["link", "delete", Link(node)]);
            await Command.TryRunAsync("/usr/sbin/ip", ["netns", "delete", Name(node)]);
        }

        await Command.TryRunAsync("/usr/sbin/ip", ["link", "delete", Bridge]);
    }
}
