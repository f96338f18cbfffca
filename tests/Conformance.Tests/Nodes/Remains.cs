namespace Conformance.Tests.Nodes;

/// <summary>
/// What sandboxes leave on a machine, found from outside: an environment's id is in the name or the variables of
/// everything that belongs to it.
/// </summary>
internal static class Remains
{
    /// <summary>Processes, mounts, control groups and folders of these environments, one a line.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyCollection<string> environmentIds)
    {
        bool IsOurs(string text) => environmentIds.Any(id => text.Contains(id, StringComparison.Ordinal));
        return
        [
            .. Processes(IsOurs).Select(process => $"process {process}"),
            .. File.ReadLines("/proc/self/mountinfo").Where(IsOurs).Select(mount => $"mount {mount}"),
            .. Folders("/run/hearth", 3).Where(IsOurs).Select(folder => $"folder {folder}"),
            .. Groups().Where(IsOurs).Select(group => $"control group {group}"),
        ];
    }

    /// <summary>Processes whose working directory, arguments or variables name the node's data directory.</summary>
    public static IReadOnlyList<string> ProcessesOn(string dataDirectory) =>
        Processes(text => text.Contains(dataDirectory, StringComparison.Ordinal));

    /// <summary>The loop devices whose files are, or were, in the node's data directory, and what else it has for /tmp.</summary>
    public static IReadOnlyList<string> DisksOn(string dataDirectory) =>
    [
        .. Directory.GetDirectories("/sys/block", "loop*").Where(device => Read(device, "loop/backing_file").StartsWith(dataDirectory + "/", StringComparison.Ordinal)),
        .. Directory.Exists($"{dataDirectory}/scratch") ? Directory.GetFileSystemEntries($"{dataDirectory}/scratch") : [],
    ];

    /// <summary>The folders under /run/hearth and in the control groups' trees that belong to the node with one of these environments.</summary>
    public static IReadOnlyList<string> HomesOf(IReadOnlyCollection<string> environmentIds)
    {
        var instances = Folders("/run/hearth", 3).Concat(Groups())
            .Where(folder => environmentIds.Contains(Path.GetFileName(folder)))
            .Select(folder => folder.StartsWith("/run/", StringComparison.Ordinal) ? folder.Split('/')[3] : Path.GetFileName(Path.GetDirectoryName(folder)!))
            .ToHashSet();
        return
        [
            .. instances.Select(instance => $"/run/hearth/{instance}"),
            .. Trees().SelectMany(tree => instances.Select(instance => $"{tree}/hearth/{instance}")),
        ];
    }

    private static IEnumerable<string> Trees() => Directory.GetDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup");

    private static IEnumerable<string> Groups() => Trees().SelectMany(tree => Folders($"{tree}/hearth", 2));

    private static IEnumerable<string> Folders(string root, int depth)
    {
        string[] below;
        try
        {
            below = Directory.GetDirectories(root);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }

        return depth == 1 ? below : below.Concat(below.SelectMany(folder => Folders(folder, depth - 1)));
    }

    private static List<string> Processes(Func<string, bool> isMeant) => Directory.GetDirectories("/proc")
        .Where(folder => int.TryParse(Path.GetFileName(folder), out var id) && id != Environment.ProcessId)
        .Where(folder => !IsLeftToInit(folder))
        .Where(folder => isMeant(Read(folder, "cmdline") + Read(folder, "environ") + Read(folder, "cgroup") + Target(folder)))
        .Select(folder => $"{Path.GetFileName(folder)}: {Read(folder, "cmdline").Replace('\0', ' ')}")
        .ToList();

    // Killed, and waiting for whoever inherited it to look: after a node's own death that is the machine's, in its own time.
    private static bool IsLeftToInit(string folder)
    {
        var stat = Read(folder, "stat");
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields is ["Z", var parent, ..] && Read($"/proc/{parent}", "comm").Trim() != "hearth-node";
    }

    private static string Target(string folder)
    {
        try
        {
            return new FileInfo($"{folder}/cwd").LinkTarget ?? "";
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string Read(string folder, string file)
    {
        try
        {
            return File.ReadAllText($"{folder}/{file}");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
