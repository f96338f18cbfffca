using System.Diagnostics;
using Conformance.Tests.Nodes;
using Conformance.Tests.Tools;

namespace Cluster.Tests;

/// <summary>What other nodes send to a node, and what it answers to them, comes late: connections made from here on go through a proxy on its machine.</summary>
internal sealed class SlowLink : IAsyncDisposable
{
    private readonly Process _proxy;
    private readonly int _node;

    private SlowLink(Process proxy, int node) => (_proxy, _node) = (proxy, node);

    public static async Task<SlowLink> MakeAsync(int node, TimeSpan delay)
    {
        var (akka, channel) = (TestCluster.AkkaPort, TestCluster.AkkaPort + 1);
        string[] ports = [$"{akka + 10_000}", ClusterNetwork.Address(node), $"{akka}", $"{channel + 10_000}", ClusterNetwork.Address(node), $"{channel}"];
        var proxy = Process.Start(new ProcessStartInfo(
            "/usr/bin/nsenter",
            [$"--net=/run/netns/{ClusterNetwork.Name(node)}", "/usr/bin/python3", Path.Combine(Repository.Root, "tests", "Cluster.Tests", "slow-link.py"), $"{(int)delay.TotalMilliseconds}", .. ports])
        { RedirectStandardOutput = true })!;
        Assert.Equal("ready", await proxy.StandardOutput.ReadLineAsync().WaitAsync(Patience.Start));
        await ClusterNetwork.RedirectAsync(node, akka, akka + 10_000);
        await ClusterNetwork.RedirectAsync(node, channel, channel + 10_000);
        return new SlowLink(proxy, node);
    }

    public async ValueTask DisposeAsync()
    {
        await Command.TryRunAsync("/usr/sbin/ip", ["netns", "exec", ClusterNetwork.Name(_node), "nft", "delete", "table", "ip", "slow"]);
        _proxy.Kill();
        await _proxy.WaitForExitAsync();
        _proxy.Dispose();
    }
}
