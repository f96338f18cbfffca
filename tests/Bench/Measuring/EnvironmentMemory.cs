using System.Globalization;

namespace Bench.Measuring;

/// <summary>What the kernel says of the memory of processes and of their control group.</summary>
internal static class EnvironmentMemory
{
    /// <summary>
    /// The processes of an environment, as this machine numbers them. In a pid namespace of its own: all in it; else
    /// the process and its descendants.
    /// </summary>
    /// <param name="pid">As the environment sees it.</param>
    /// <param name="pidNamespace">The target of its /proc/self/ns/pid, the same text inside and outside.</param>
    public static IReadOnlyList<int> ProcessesOf(int pid, string pidNamespace)
    {
        var all = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0])).Select(int.Parse!).ToList();
        if (pidNamespace != Namespace(Environment.ProcessId))
            return all.FindAll(other => Namespace(other) == pidNamespace);
        var found = new List<int>();
        for (var next = all.FindAll(other => other == pid); next.Count > 0; next = all.FindAll(other => next.Contains(Parent(other))))
            found.AddRange(next);
        return found;
    }

    /// <summary>All processes of the machine by the pid namespace that they are in.</summary>
    public static ILookup<string, int> ByNamespace() => Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
        .Where(name => char.IsAsciiDigit(name![0])).Select(int.Parse!).ToLookup(process => Namespace(process) ?? "", process => process);

    public static double ResidentBytes(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * double.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    /// <summary>The process's proportional share: a page that n processes share counts 1/n.</summary>
    public static double PssBytes(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/smaps_rollup").First(text => text.StartsWith("Pss:", StringComparison.Ordinal));
        return 1024 * double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    /// <summary>The usage of the control group (v1 or v2) of a process; null where it shares that of this program.</summary>
    public static double? CgroupBytes(int pid)
    {
        var (file, path) = MemoryCgroup(pid);
        return path == MemoryCgroup(Environment.ProcessId).Path || !File.Exists(file)
            ? null
            : double.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);
    }

    private static (string File, string Path) MemoryCgroup(int pid)
    {
        // A line is number:controllers:path; version 2's has no controllers.
        var lines = File.ReadAllLines($"/proc/{pid}/cgroup").Select(line => line.Split(':', 3)).ToList();
        return lines.Find(line => line[1].Split(',').Contains("memory")) is { } first
            ? ($"/sys/fs/cgroup/memory{first[2]}/memory.usage_in_bytes", first[2])
            : lines.Find(line => line[1].Length == 0) is { } second
                ? ($"/sys/fs/cgroup{second[2]}/memory.current", second[2])
                : ("", "");
    }

    private static string? Namespace(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/ns/pid").LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static int Parent(int pid)
    {
        try
        {
            // After the program's name, which may hold anything but ends at the last parenthesis: state, parent, …
            var status = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(status[(status.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
