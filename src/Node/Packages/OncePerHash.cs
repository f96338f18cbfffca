using System.Collections.Concurrent;

namespace Hearth.Node.Packages;

/// <summary>Work on a package, one at a time for each hash: whoever asks while it runs shares its outcome, failures too.</summary>
internal sealed class OncePerHash
{
    private readonly ConcurrentDictionary<PackageHash, Lazy<Task<bool>>> _running = new();

    public bool IsRunning(PackageHash hash) => _running.ContainsKey(hash);

    /// <summary>
    /// Starts <paramref name="work"/>, or joins what runs for the hash, which may be other work. Cancelling ends the
    /// waiting, not the work.
    /// </summary>
    public Task<bool> RunAsync(PackageHash hash, Func<Task<bool>> work, CancellationToken cancellation)
    {
        // Lazy, because the dictionary may call its factory for several of those who ask at once.
        var run = _running.GetOrAdd(hash, _ => new Lazy<Task<bool>>(() => StartAsync(hash, work)));
        return run.Value.WaitAsync(cancellation);
    }

    private async Task<bool> StartAsync(PackageHash hash, Func<Task<bool>> work)
    {
        try
        {
            return await Task.Run(work);
        }
        finally
        {
            _running.TryRemove(hash, out _);
        }
    }
}
