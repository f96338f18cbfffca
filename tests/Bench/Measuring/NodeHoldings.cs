using System.Globalization;
using Hearth.Node.Workers.Drivers;

namespace Bench.Measuring;

/// <summary>
/// What a node and its sandboxes hold of the machine, found from outside. Its instance's mark is in the path of everything that its
/// sandboxes have; a namespace outlives its processes only by a descriptor or a mount, which are counted.
/// </summary>
internal sealed record NodeHoldings(
    int Processes, int Namespaces, int Mounts, int ControlGroups, int LoopDevices, int Links, int RunFiles, int DataFiles, int Descriptors, int Threads)
{
    /// <summary>Each holding by its name.</summary>
    public IReadOnlyList<(string Name, int Count, int Tolerance)> All =>
    [
        ("processes of sandboxes", Processes, 0),
        ("their namespaces", Namespaces, 0),
        ("mounts", Mounts, 0),
        ("control groups, all trees", ControlGroups, 0),
        ("loop devices", LoopDevices, 0),
        ("network links", Links, 0),
        ("files under /run/hearth", RunFiles, 0),
        ("files in the data directory, but logs", DataFiles, 0),

        // Connections of the bench's own client, and what the class library keeps for a while, come and go by a few.
        ("descriptors of the node", Descriptors, 10),
        ("threads of the node", Threads, 10),
    ];

    public static NodeHoldings Of(int node, string dataDirectory)
    {
        var instance = SandboxInstance.Of(dataDirectory);
        var own = $"/hearth/{instance}/";
        var processes = Processed().Where(process => process != node && (Read(process, "cgroup").Contains(own, StringComparison.Ordinal) || Parent(process) == node)).ToList();
        return new NodeHoldings(
            processes.Count,
            processes.SelectMany(Namespaced).Except(Namespaced(node)).Distinct().Count(),
            File.ReadLines($"/proc/{node}/mountinfo").Count(line => line.Contains($"/hearth/{instance}", StringComparison.Ordinal) || line.Contains(dataDirectory, StringComparison.Ordinal)),
            Directory.GetDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup").Sum(tree => Below($"{tree}/hearth/{instance}", Directory.EnumerateDirectories)),
            Directory.EnumerateDirectories("/sys/block", "loop*").Count(device => BacksOneOf(device, instance, dataDirectory)),
            Directory.GetDirectories("/proc/sys/net/ipv4/conf", $"hth{instance}*").Length,
            Below($"/run/hearth/{instance}", Entries),
            Below(dataDirectory, Entries) - Below($"{dataDirectory}/logs", Entries),
            Directory.EnumerateFileSystemEntries($"/proc/{node}/fd").Count(),
            Directory.EnumerateDirectories($"/proc/{node}/task").Count());
    }

    private static IEnumerable<int> Processed() => Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0])).Select(int.Parse!);

    private static IEnumerable<string> Namespaced(int process)
    {
        foreach (var kind in (string[])["ipc", "mnt", "net", "pid", "user", "uts", "cgroup"])
        {
            string? target = null;
            try
            {
                target = new FileInfo($"/proc/{process}/ns/{kind}").LinkTarget;
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It has ended meanwhile.
            }

            if (target is not null)
                yield return target;
        }
    }

    private static bool BacksOneOf(string device, string instance, string dataDirectory)
    {
        try
        {
            var file = File.ReadAllText($"{device}/loop/backing_file");
            return file.Contains($"/hearth/{instance}", StringComparison.Ordinal) || file.Contains(dataDirectory, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // It is not in use.
        }
    }

    // A sandbox's root is the machine's own /usr and more by mounts: not to be walked.
    private static IEnumerable<string> Entries(string folder) => Directory.EnumerateFileSystemEntries(folder);

    private static int Below(string folder, Func<string, IEnumerable<string>> entries)
    {
        if (!Directory.Exists(folder) || Path.GetFileName(folder) == "root")
            return 0;
        try
        {
            return entries(folder).Sum(entry => 1 + (new FileInfo(entry).LinkTarget is null ? Below(entry, entries) : 0));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static int Parent(int process)
    {
        var status = Read(process, "stat");
        return status.Length == 0 ? 0 : int.Parse(status[(status.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static string Read(int process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
