using System.Globalization;
using System.Text;
using Hearth.Contracts;
using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>
/// One sandbox's control group: what it has used, and its share of the CPU. The files that are read at each invocation
/// stay open: reading one then costs a few microseconds.
/// </summary>
internal sealed class SandboxCgroup : IDisposable
{
    /// <summary>
    /// The CPU quota's period, in microseconds. A fifth of the usual 100 ms: at 128 MB a function then gets 1.4 ms in
    /// every 20 rather than 7 in every 100, so one that needs 5 ms waits less. The quota must stay at 1 ms or more.
    /// </summary>
    public const int PeriodMicroseconds = 20_000;

    private readonly CgroupLayout _layout;
    private readonly string _path;
    private readonly Lock _gate = new();
    private int _peak, _outOfMemory;
    private long _lastPeak;
    private bool _lastOutOfMemory;

    private SandboxCgroup(CgroupLayout layout, string path)
    {
        (_layout, _path) = (layout, path);
        _peak = layout.PeakFiles.Select(file => OpenFile(layout.Memory, file)).FirstOrDefault(descriptor => descriptor >= 0, -1);
        _outOfMemory = OpenFile(layout.Memory, layout.OutOfMemoryFile);
    }

    /// <param name="path">Below each tree's root, without a leading slash.</param>
    public static SandboxCgroup Open(CgroupLayout layout, string path) => new(layout, path);

    public long PeakMemoryBytes
    {
        get
        {
            lock (_gate)
                return _lastPeak = Math.Max(_lastPeak, ReadNumber(_peak, null) ?? 0);
        }
    }

    public bool OutOfMemory
    {
        get
        {
            lock (_gate)
                return _lastOutOfMemory |= ReadNumber(_outOfMemory, "oom_kill") > 0;
        }
    }

    /// <summary>The CPU time in each period, in microseconds, that this much memory buys.</summary>
    public static int Quota(int memoryMib) => (int)Math.Max(1_000, (long)PeriodMicroseconds * memoryMib / Limits.MemoryMibPerVcpu);

    /// <summary>The CPU time in each period while the function is loaded: at least one full CPU.</summary>
    /// <remarks>At 128 MB's share Python alone would take most of a second to start.</remarks>
    public static int InitQuota(int memoryMib) => Math.Max(PeriodMicroseconds, Quota(memoryMib));

    /// <summary>The weight against other groups when the CPUs are short, in v1's numbers: 1,024 for one vCPU.</summary>
    public static long Shares(int memoryMib) => Math.Max(2, 1_024L * memoryMib / Limits.MemoryMibPerVcpu);

    /// <summary>The same weight in v2's numbers, by runc's conversion.</summary>
    public static long Weight(int memoryMib) => 1 + ((Shares(memoryMib) - 2) * 9_999 / 262_142);

    public void SetQuota(int microseconds)
    {
        try
        {
            if (_layout.IsUnified)
                Write(_layout.Cpu, "cpu.max", $"{microseconds} {PeriodMicroseconds}");
            else
                Write(_layout.Cpu, "cpu.cfs_quota_us", microseconds.ToString());
        }
        catch (IOException)
        {
            // The sandbox has ended and its group is gone.
        }
    }

    /// <summary>No effect where this machine has no freezer, or the sandbox has ended.</summary>
    public void SetFrozen(bool frozen)
    {
        if (_layout.Freezer is not { } freezer)
            return;
        try
        {
            Write(freezer.Tree, freezer.File, frozen ? freezer.Frozen : freezer.Thawed);
        }
        catch (IOException)
        {
            // The sandbox has ended and its group is gone.
        }
    }

    /// <summary>Gives a sandbox that was blank its function's memory, and the CPU of its init phase.</summary>
    /// <param name="fromMib">The memory it has now.</param>
    /// <exception cref="IOException">It uses more than that already, or has ended. Version 2 does not refuse the first: it kills.</exception>
    public void Resize(int fromMib, int memoryMib)
    {
        var bytes = ((long)memoryMib << 20).ToString();
        if (_layout.IsUnified)
        {
            Write(_layout.Memory, "memory.max", bytes);
            Write(_layout.Cpu, "cpu.weight", Weight(memoryMib).ToString());
        }
        else
        {
            // The limit of memory and swap together may at no time be below that of memory.
            string[] files = ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"];
            foreach (var file in memoryMib < fromMib ? files : files.Reverse())
                if (file == files[0] || _layout.SwapIsCounted)
                    Write(_layout.Memory, file, bytes);
            Write(_layout.Cpu, "cpu.shares", Shares(memoryMib).ToString());
        }

        if (InitQuota(memoryMib) != InitQuota(fromMib))
            SetQuota(InitQuota(memoryMib));
    }

    private void Write(string tree, string file, string value) => ControlFile.Write(Path.Combine(tree, _path, file), value);

    /// <summary>Closes the files; the last values read stay.</summary>
    public void Dispose()
    {
        _ = (PeakMemoryBytes, OutOfMemory);
        lock (_gate)
        {
            foreach (var descriptor in (int[])[_peak, _outOfMemory])
                if (descriptor >= 0)
                    _ = Libc.Close(descriptor);
            (_peak, _outOfMemory) = (-1, -1);
        }
    }

    /// <summary>The number after <paramref name="key"/>, or the file's only number.</summary>
    public static long? ParseNumber(string text, string? key)
    {
        foreach (var line in text.Split('\n'))
        {
            var value = key is null ? line : line.StartsWith(key + " ", StringComparison.Ordinal) ? line[key.Length..] : null;
            if (value is not null && long.TryParse(value, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, null, out var number))
                return number;
        }

        return null;
    }

    private static unsafe long? ReadNumber(int descriptor, string? key)
    {
        if (descriptor < 0)
            return null;
        var buffer = stackalloc byte[512];
        var read = (int)Libc.ReadAt(descriptor, buffer, 512, 0);
        return read <= 0 ? null : ParseNumber(Encoding.ASCII.GetString(buffer, read), key);
    }

    private int OpenFile(string tree, string file) =>
        Libc.Open(Path.Combine(tree, _path, file), Libc.ReadOnly | Libc.CloseOnExec, 0);
}
