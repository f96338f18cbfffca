namespace Hearth.Node.Workers.Drivers.Native;

/// <summary>How a process ended: one of the two is set, none when another waiter has taken its status.</summary>
internal readonly record struct ProcessStatus(int? ExitCode, int? Signal);

/// <summary>
/// A child of this process, direct or inherited as subreaper, held by a pidfd: its number cannot come to mean another
/// process. Reaped by the watcher. .NET's own handler of SIGCHLD waits for the children of
/// System.Diagnostics.Process alone and leaves these.
/// </summary>
internal sealed class ChildProcess : IWatched
{
    private const int ByDescriptor = 3, WhenExited = 4;
    private const int CodeOffset = 8, StatusOffset = 24, ExitedCode = 1;

    private readonly TaskCompletionSource<ProcessStatus> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly Action _onExit;
    private long _key;
    private bool _closed;

    private ChildProcess(int pid, int descriptor, Action onExit) => (Pid, Descriptor, _onExit) = (pid, descriptor, onExit);

    public int Pid { get; }

    public int Descriptor { get; }

    public Task<ProcessStatus> Exited => _exited.Task;

    /// <param name="onExit">Called on the watcher's thread before <see cref="Exited"/> completes; must be quick and must not throw.</param>
    /// <exception cref="IOException">There is no such process.</exception>
    public static ChildProcess Watch(int pid, Action? onExit = null)
    {
        var descriptor = Libc.Check(Libc.OpenProcess(pid), "pidfd_open");
        var child = new ChildProcess(pid, descriptor, onExit ?? (() => { }));
        // Under the gate: an exit seen at once must find the key.
        lock (child._gate)
            child._key = SandboxWatcher.Shared.Watch(child);
        return child;
    }

    public void Kill()
    {
        lock (_gate)
        {
            if (!_closed)
                _ = Libc.SignalProcess(Descriptor, Libc.KillSignal);
        }
    }

    public bool OnReadable()
    {
        ProcessStatus status;
        lock (_gate)
        {
            if (_closed)
                return true;
            status = Reap();
            _closed = true;
            SandboxWatcher.Shared.Remove(_key);
            _ = Libc.Close(Descriptor);
        }

        _onExit();
        _exited.SetResult(status);
        return true;
    }

    private unsafe ProcessStatus Reap()
    {
        var info = stackalloc byte[128];
        if (Libc.WaitId(ByDescriptor, (uint)Descriptor, info, WhenExited) < 0)
            return default;
        var status = *(int*)(info + StatusOffset);
        return *(int*)(info + CodeOffset) == ExitedCode ? new ProcessStatus(status, null) : new ProcessStatus(null, status);
    }

    /// <summary>
    /// Waits for killed processes that were left to us as subreaper, which would else stay as zombies. Never name a
    /// process that is watched: its status would be lost.
    /// </summary>
    public static async Task ReapAsync(IEnumerable<int> pids, CancellationToken deadline)
    {
        var left = pids.Where(IsUnreaped).ToArray();
        while (left.Length > 0 && !deadline.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), CancellationToken.None);
            left = left.Where(IsUnreaped).ToArray();
        }
    }

    // True while it is a child of ours that has not ended yet; takes the status of one that has.
    private static unsafe bool IsUnreaped(int pid)
    {
        const int byPid = 1, noHang = 1, pidOffset = 16;
        var info = stackalloc byte[128];
        new Span<byte>(info, 128).Clear();
        return Libc.WaitId(byPid, (uint)pid, info, WhenExited | noHang) == 0 && *(int*)(info + pidOffset) == 0;
    }
}
