using Conformance.Tests.Nodes;

namespace Cluster.Tests;

/// <summary>Starts every node anew that has ended, a second later, as the machine's service manager does.</summary>
internal sealed class ServiceManager : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _end = new();
    private readonly List<Task> _watches;
    private int _starts;

    public ServiceManager(IReadOnlyList<Node> nodes) => _watches = [.. nodes.Select(node => Task.Run(() => WatchAsync(node)))];

    /// <summary>How often a node was started anew.</summary>
    public int Starts => Volatile.Read(ref _starts);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_watches);
        _end.Dispose();
    }

    private async Task WatchAsync(Node node)
    {
        while (!_end.IsCancellationRequested)
        {
            if (node.Process.HasExited)
            {
                Interlocked.Increment(ref _starts);
                await Task.Delay(Pause);
                await node.BeginAsync();
            }

            await Task.Delay(Pause / 4);
        }
    }
}
