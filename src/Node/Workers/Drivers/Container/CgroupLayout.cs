namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>
/// Where this machine keeps its control groups, and what the files are called: one unified tree (v2, Debian's
/// default), or a tree for each controller (v1), mostly beside a unified tree without controllers (hybrid).
/// </summary>
internal sealed class CgroupLayout
{
    public const string DefaultRoot = "/sys/fs/cgroup";

    private CgroupLayout(bool isUnified, IReadOnlyList<string> hierarchies, string memory, string pids, string cpu) =>
        (IsUnified, Hierarchies, Memory, Pids, Cpu, Freezer) = (isUnified, hierarchies, memory, pids, cpu, FindFreezer(hierarchies));

    public bool IsUnified { get; }

    /// <summary>The root folders of every tree; a sandbox's group has a folder of the same name in each.</summary>
    public IReadOnlyList<string> Hierarchies { get; }

    /// <summary>The root folders of the trees that hold the three controllers we need.</summary>
    public string Memory { get; }

    public string Pids { get; }

    public string Cpu { get; }

    /// <summary>The tree that says which devices may be opened; version 2 has none.</summary>
    public string? Devices => IsUnified ? null : Hierarchies.FirstOrDefault(tree => Path.GetFileName(tree).Split(',').Contains("devices"));

    /// <summary>Whether a tree is of version 2.</summary>
    public bool IsUnifiedTree(string tree) => IsUnified || File.Exists(Path.Combine(tree, "cgroup.controllers"));

    /// <summary>Whether a group's file tells the most memory it has used; kernels before 5.19 lack it in v2.</summary>
    public IReadOnlyList<string> PeakFiles => IsUnified ? ["memory.peak", "memory.current"] : ["memory.max_usage_in_bytes"];

    /// <summary>The file with a line <c>oom_kill N</c>. The kernel's v1 counter <c>memory.failcnt</c> stays 0 on an OOM kill.</summary>
    public string OutOfMemoryFile => IsUnified ? "memory.events" : "memory.oom_control";

    /// <summary>
    /// Whether swap can be limited. v2 keeps the file from its root group; /proc/swaps exists wherever swap is compiled in.
    /// </summary>
    public bool SwapIsCounted => IsUnified
        ? File.Exists("/proc/swaps")
        : File.Exists(Path.Combine(Memory, "memory.memsw.limit_in_bytes"));

    /// <summary>
    /// How a group's processes are stopped where they are: by v2's file, which a hybrid's unified tree has as well, else by
    /// v1's controller; null where there is neither.
    /// </summary>
    public CgroupFreezer? Freezer { get; }

    /// <returns>Null where a controller that we need is missing; <paramref name="missing"/> then says which.</returns>
    public static CgroupLayout? Detect(string root, out string? missing)
    {
        missing = null;
        if (File.Exists(Path.Combine(root, "cgroup.controllers")))
        {
            var controllers = File.ReadAllText(Path.Combine(root, "cgroup.controllers")).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
            missing = Needed.FirstOrDefault(controller => !controllers.Contains(controller));
            return missing is null ? new CgroupLayout(true, [root], root, root, root) : null;
        }

        // A link such as cpu -> cpu,cpuacct names a tree that is listed already.
        var trees = Directory.Exists(root)
            ? new DirectoryInfo(root).GetDirectories().Where(tree => tree.LinkTarget is null).Select(tree => tree.FullName).Order(StringComparer.Ordinal).ToArray()
            : [];
        var found = Needed.Select(controller => trees.FirstOrDefault(tree => Path.GetFileName(tree).Split(',').Contains(controller))).ToArray();
        missing = Needed.Where((_, i) => found[i] is null).FirstOrDefault();
        return missing is null ? new CgroupLayout(false, trees, found[0]!, found[1]!, found[2]!) : null;
    }

    private static CgroupFreezer? FindFreezer(IReadOnlyList<string> trees)
    {
        if (trees.FirstOrDefault(tree => File.Exists(Path.Combine(tree, "cgroup.controllers"))) is { } unified)
            return new CgroupFreezer(unified, "cgroup.freeze", "1", "0");
        return trees.FirstOrDefault(tree => Path.GetFileName(tree).Split(',').Contains("freezer")) is { } freezer
            ? new CgroupFreezer(freezer, "freezer.state", "FROZEN", "THAWED")
            : null;
    }

    public static readonly string[] Needed = ["memory", "pids", "cpu"];
}

/// <summary>The file that freezes a group, and what is written to it.</summary>
internal sealed record CgroupFreezer(string Tree, string File, string Frozen, string Thawed);
