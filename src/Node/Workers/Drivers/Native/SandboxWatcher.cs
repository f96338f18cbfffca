using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Hearth.Node.Workers.Drivers.Native;

/// <summary>A descriptor that the watcher's thread waits on.</summary>
internal interface IWatched
{
    int Descriptor { get; }

    /// <summary>Called on the watcher's thread while the descriptor is readable; must be quick and must not throw.</summary>
    /// <returns>False to be left alone until the next tick.</returns>
    bool OnReadable();
}

/// <summary>
/// One thread and one epoll for the exits and the output of every sandbox of the process: an idle sandbox costs two
/// descriptors and no thread, so thousands can be kept.
/// Level-triggered: whoever is still readable comes round again after everybody else, and one that asks for a pause
/// (an endless printer) is not looked at until the next tick.
/// </summary>
internal sealed class SandboxWatcher
{
    private const int Add = 1, Delete = 2, Modify = 3, EventsPerRound = 64;
    private const uint Readable = 0x001;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private static readonly Lazy<SandboxWatcher> SharedWatcher = new(() => new SandboxWatcher());

    // struct epoll_event is packed on x64 alone.
    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int EventBytes = IsPacked ? 12 : 16;
    private static readonly int DataOffset = IsPacked ? 4 : 8;

    private readonly int _epoll = Libc.Check(Libc.EpollCreate(Libc.CloseOnExec), "epoll_create1");
    private readonly ConcurrentDictionary<long, IWatched> _watched = new();
    private readonly Lock _gate = new();
    private long _lastKey;

    private SandboxWatcher() =>
        new Thread(Run) { IsBackground = true, Name = "hearth-sandboxes" }.Start();

    public static SandboxWatcher Shared => SharedWatcher.Value;

    /// <returns>The key for <see cref="Remove"/>.</returns>
    public long Watch(IWatched watched)
    {
        var key = Interlocked.Increment(ref _lastKey);
        _watched[key] = watched;
        Control(Add, watched.Descriptor, key, Readable);
        return key;
    }

    /// <summary>Call before the descriptor is closed. A call under way on the watcher's thread may still be running.</summary>
    public void Remove(long key)
    {
        lock (_gate)
        {
            if (_watched.TryRemove(key, out var watched))
                Control(Delete, watched.Descriptor, key, 0);
        }
    }

    // Under the gate, so that the descriptor cannot have been closed and its number given to another in between.
    private void Listen(long key, uint events)
    {
        lock (_gate)
        {
            if (_watched.TryGetValue(key, out var watched))
                Control(Modify, watched.Descriptor, key, events);
        }
    }

    private unsafe void Control(int operation, int descriptor, long key, uint events)
    {
        var buffer = stackalloc byte[16];
        *(uint*)buffer = events;
        *(long*)(buffer + DataOffset) = key;
        if (Libc.EpollControl(_epoll, operation, descriptor, buffer) < 0 && operation == Add)
        {
            _watched.TryRemove(key, out _);
            throw new IOException($"epoll_ctl: {Libc.Describe(Libc.LastError)}");
        }
    }

    private unsafe void Run()
    {
        var events = stackalloc byte[EventBytes * EventsPerRound];
        var paused = new List<long>();
        var resumeAt = 0L;
        while (true)
        {
            var timeout = paused.Count == 0 ? -1 : (int)Math.Max(0, Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), resumeAt).TotalMilliseconds + 1);
            var count = Libc.EpollWait(_epoll, events, EventsPerRound, timeout);
            for (var i = 0; i < count; i++)
            {
                var key = *(long*)(events + (i * EventBytes) + DataOffset);
                if (!_watched.TryGetValue(key, out var watched) || watched.OnReadable())
                    continue;
                Listen(key, 0);
                if (paused.Count == 0)
                    resumeAt = Stopwatch.GetTimestamp() + (Tick.Ticks * Stopwatch.Frequency / TimeSpan.TicksPerSecond);
                paused.Add(key);
            }

            if (paused.Count > 0 && Stopwatch.GetTimestamp() >= resumeAt)
                Resume(paused);
        }
    }

    private void Resume(List<long> paused)
    {
        foreach (var key in paused)
            Listen(key, Readable);
        paused.Clear();
    }
}
