using System.Globalization;

namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>Makes a sandbox's control group in every tree, with its limits: those of its init phase.</summary>
internal static class CgroupCreation
{
    private const string Cpuset = "cpuset.cpus", MemoryNodes = "cpuset.mems", Subtree = "cgroup.subtree_control";

    // null, zero, full, random, urandom, tty: what a sandbox has in /dev.
    private static readonly string[] Devices = ["1:3", "1:5", "1:7", "1:8", "1:9", "5:0"];

    /// <param name="path">Below each tree's root, without a leading slash.</param>
    /// <exception cref="IOException">The kernel refused; the message names the file.</exception>
    public static void Create(CgroupLayout layout, string path, int memoryMib)
    {
        foreach (var tree in layout.Hierarchies)
            CreateIn(tree, path, layout.IsUnified);
        Limit(layout, path, memoryMib);
        if (layout.Devices is { } devices)
            LimitDevices(Path.Combine(devices, path));
    }

    private static void CreateIn(string tree, string path, bool handsOnControllers)
    {
        var isCpuset = File.Exists(Path.Combine(tree, Cpuset));
        if (!isCpuset && !handsOnControllers)
        {
            Directory.CreateDirectory(Path.Combine(tree, path));
            return;
        }

        var folder = tree;
        foreach (var name in path.Split('/'))
        {
            if (handsOnControllers)
                HandOn(folder);
            var below = Path.Combine(folder, name);
            Directory.CreateDirectory(below);
            if (isCpuset)
                CopyCpuset(folder, below);
            folder = below;
        }
    }

    // Version 2: a group's children have the controllers that it names.
    private static void HandOn(string folder)
    {
        var file = Path.Combine(folder, Subtree);
        var present = File.Exists(file) ? File.ReadAllText(file).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries) : [];
        if (CgroupLayout.Needed.Except(present).ToArray() is { Length: > 0 } missing)
            ControlFile.Write(file, string.Join(' ', missing.Select(controller => "+" + controller)));
    }

    // Version 1: a new group has no CPU and no memory node, and no process can join it.
    private static void CopyCpuset(string from, string to)
    {
        foreach (var file in (string[])[Cpuset, MemoryNodes])
            if (File.ReadAllText(Path.Combine(to, file)).Trim().Length == 0)
                ControlFile.Write(Path.Combine(to, file), File.ReadAllText(Path.Combine(from, file)).Trim());
    }

    private static void Limit(CgroupLayout layout, string path, int memoryMib)
    {
        var bytes = ((long)memoryMib << 20).ToString(CultureInfo.InvariantCulture);
        var (quota, period) = (SandboxCgroup.InitQuota(memoryMib), SandboxCgroup.PeriodMicroseconds);
        void Write(string tree, string file, string value) => ControlFile.Write(Path.Combine(tree, path, file), value);

        Write(layout.Pids, "pids.max", Confinement.MostProcesses.ToString(CultureInfo.InvariantCulture));
        if (layout.IsUnified)
        {
            Write(layout.Memory, "memory.max", bytes);
            if (layout.SwapIsCounted)
                Write(layout.Memory, "memory.swap.max", "0");
            Write(layout.Cpu, "cpu.max", $"{quota} {period}");
            Write(layout.Cpu, "cpu.weight", $"{SandboxCgroup.Weight(memoryMib)}");
            return;
        }

        Write(layout.Memory, "memory.limit_in_bytes", bytes);
        if (layout.SwapIsCounted)
            Write(layout.Memory, "memory.memsw.limit_in_bytes", bytes); // Memory and swap together: no swap.
        Write(layout.Cpu, "cpu.cfs_period_us", $"{period}");
        Write(layout.Cpu, "cpu.cfs_quota_us", $"{quota}");
        Write(layout.Cpu, "cpu.shares", $"{SandboxCgroup.Shares(memoryMib)}");
    }

    private static void LimitDevices(string group)
    {
        ControlFile.Write(Path.Combine(group, "devices.deny"), "a");
        foreach (var device in Devices)
            ControlFile.Write(Path.Combine(group, "devices.allow"), $"c {device} rw");
    }
}
