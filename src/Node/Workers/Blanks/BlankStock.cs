using Hearth.Node.Runtimes;
using Hearth.Node.Workers.Drivers;

namespace Hearth.Node.Workers.Blanks;

/// <summary>The blank sandboxes of one kind: those that wait, oldest first, and those being started.</summary>
/// <param name="memoryMib">The memory limit that they wait under.</param>
internal sealed class BlankStock(InstalledRuntime runtime, int memoryMib, string fingerprint)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5), LongestPause = TimeSpan.FromMinutes(5);

    private readonly LinkedList<IBlankSandbox> _ready = [];
    private int _failures;
    private DateTimeOffset _pausedUntil = DateTimeOffset.MinValue;

    public InstalledRuntime Runtime => runtime;

    public int MemoryMib => memoryMib;

    /// <summary>Whether they do for functions of their own memory size alone.</summary>
    public bool IsSized => runtime.Blank!.IsSized;

    public BlankDemand Demand { get; } = new();

    public int Ready => _ready.Count;

    public int Starting { get; set; }

    /// <summary>What one of them takes, in MiB.</summary>
    public int ResidentMibEach => runtime.Blank!.ResidentMib;

    public int ResidentMib => ResidentMibEach * (Ready + Starting);

    /// <summary>Of the files the waiting processes were started from.</summary>
    public string Fingerprint { get; private set; } = fingerprint;

    public bool Lacks(DateTimeOffset now) => now >= _pausedUntil && Ready + Starting < Demand.Wanted(now);

    public void Add(IBlankSandbox blank)
    {
        _failures = 0;
        _ready.AddLast(blank);
    }

    /// <summary>The one that has waited longest, and so is surely ready; null where there is none.</summary>
    public IBlankSandbox? Take()
    {
        while (_ready.First?.Value is { } first)
        {
            _ready.RemoveFirst();
            if (!first.Exited.IsCompleted)
                return first;
        }

        return null;
    }

    public bool Remove(IBlankSandbox blank) => _ready.Remove(blank);

    /// <summary>All that wait, which the caller discards.</summary>
    public IReadOnlyList<IBlankSandbox> TakeAll()
    {
        IBlankSandbox[] all = [.. _ready];
        _ready.Clear();
        return all;
    }

    /// <summary>One of those that wait, which the caller discards. There has to be one.</summary>
    public IBlankSandbox TakeYoungest()
    {
        var youngest = _ready.Last!.Value;
        _ready.RemoveLast();
        return youngest;
    }

    /// <summary>Those beyond what is wanted, the youngest first.</summary>
    public IReadOnlyList<IBlankSandbox> TakeSurplus(DateTimeOffset now)
    {
        var surplus = new List<IBlankSandbox>();
        for (var wanted = Demand.Wanted(now); _ready.Count > wanted;)
            surplus.Add(TakeYoungest());
        return surplus;
    }

    /// <summary>A start failed, or a process ended while it waited: the next start waits, twice as long each time.</summary>
    public TimeSpan Fail(DateTimeOffset now)
    {
        var pause = TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(_failures++, 10)));
        _pausedUntil = now + pause;
        return pause;
    }

    /// <summary>Whether the files have changed since; they are the known ones from now on.</summary>
    public bool Renew(string fingerprint)
    {
        var changed = fingerprint != Fingerprint;
        Fingerprint = fingerprint;
        return changed;
    }
}
