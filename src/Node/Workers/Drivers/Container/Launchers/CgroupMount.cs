namespace Hearth.Node.Workers.Drivers.Container.Launchers;

/// <summary>A tree of control groups as a container mounts it.</summary>
/// <param name="Name">The folder below /sys/fs/cgroup; empty for the one tree of version 2.</param>
internal sealed record CgroupMount(string Name, string Type, string Options)
{
    // Of a version 1 mount's options these are no controllers.
    private static readonly string[] Flags = ["rw", "ro", "xattr", "noprefix", "clone_children", "cpuset_v2_mode", "none"];

    public static IReadOnlyList<CgroupMount> Of(CgroupLayout layout)
    {
        if (layout.IsUnified)
            return [new("", "cgroup2", "")];
        var options = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).ToLookup(fields => fields[4], fields => fields[^1]);
        return
        [
            // Not the hybrid's unified tree, which has no controllers: runtimes that find one take the machine for version 2.
            .. layout.Hierarchies.Where(tree => !layout.IsUnifiedTree(tree))
                .Select(tree => new CgroupMount(Path.GetFileName(tree), "cgroup", Controllers(options[tree].LastOrDefault() ?? Path.GetFileName(tree)))),
        ];
    }

    /// <param name="options">As the kernel lists them, for example <c>rw,xattr,name=systemd</c>.</param>
    internal static string Controllers(string options) =>
        string.Join(',', options.Split(',').Where(option => !Flags.Contains(option) && !option.StartsWith("release_agent=", StringComparison.Ordinal)));
}
