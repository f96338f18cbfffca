using System.Text.Json.Nodes;

namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>What differs between two containers' configurations.</summary>
/// <param name="TaskIsMountedLater">The task directory is empty as yet: what is mounted on it later, on the machine, reaches the container.</param>
/// <param name="InitProgram">This machine's file of <see cref="ContainerInit"/>, or null for none.</param>
/// <param name="ResolvFile">This machine's file for /etc/resolv.conf, or null for the root's own.</param>
/// <param name="FirstId">The first of the 65,536 ids of this machine that the sandbox's users are.</param>
/// <param name="SwapIsCounted">Whether the kernel can limit swap; asking where it cannot is an error.</param>
/// <param name="ImageWorkingDirectory">Where a container image's command starts; null where the root is the shared one.</param>
internal sealed record ContainerSettings(
    SandboxCommand Command, string Root, string TaskDirectory, bool TaskIsMountedLater, string RuntimeDirectory, string Scratch, string? InitProgram,
    string? ResolvFile, string NetworkNamespace, string CgroupPath, uint FirstId, int MemoryMib, bool SwapIsCounted, string? ImageWorkingDirectory = null)
{
    /// <summary>Where the container has <see cref="ContainerInit"/>: an image's root may have no place for it, but /dev is made here.</summary>
    public string InitDestination => ImageWorkingDirectory is null ? SandboxRoot.InitProgram : "/dev/hearth-init";
}

/// <summary>Writes a container's <c>config.json</c> for runc (OCI runtime specification 1.0.2).</summary>
internal static class OciConfiguration
{
    private const int MostProcesses = 1_024, MostOpenFiles = 1_024;
    private const long SharedMemoryBytes = 64 << 20;

    // A child of the sandbox dies before the node does when the machine itself runs out of memory.
    private const int OutOfMemoryScore = 500;

    // What /proc tells about the machine rather than the sandbox. The node's own kernel decides which of them exist.
    private static readonly string[] Masked =
    [
        .. new[]
        {
            "acpi", "asound", "cmdline", "config.gz", "diskstats", "interrupts", "iomem", "ioports", "kallsyms", "kcore", "keys",
            "key-users", "kmsg", "kpagecgroup", "kpagecount", "kpageflags", "latency_stats", "modules", "partitions", "sched_debug",
            "scsi", "slabinfo", "swaps", "timer_list", "timer_stats", "vmallocinfo", "zoneinfo",
        }.Select(name => "/proc/" + name).Where(path => File.Exists(path) || Directory.Exists(path)),
    ];

    private static readonly string[] ReadOnly =
        [.. new[] { "bus", "fs", "irq", "sys", "sysrq-trigger" }.Select(name => "/proc/" + name).Where(path => File.Exists(path) || Directory.Exists(path))];

    public static void Write(string path, ContainerSettings settings)
    {
        var configuration = new JsonObject
        {
            ["ociVersion"] = "1.0.2",
            ["hostname"] = "sandbox",
            ["root"] = new JsonObject { ["path"] = settings.Root, ["readonly"] = true },
            ["process"] = Process(settings),
            ["mounts"] = Mounts(settings),
            ["linux"] = Linux(settings),
        };
        File.WriteAllText(path, configuration.ToJsonString());
    }

    private static JsonObject Process(ContainerSettings settings) => new()
    {
        ["terminal"] = false,
        ["user"] = new JsonObject { ["uid"] = SandboxRoot.UserId, ["gid"] = SandboxRoot.GroupId },
        ["args"] = Strings(settings.InitProgram is null ? settings.Command.Arguments : [settings.InitDestination, .. settings.Command.Arguments]),
        ["env"] = Strings(settings.Command.Environment.Select(variable => $"{variable.Key}={variable.Value}")),
        ["cwd"] = settings.ImageWorkingDirectory ?? SandboxRoot.TaskDirectory,
        ["capabilities"] = new JsonObject(),
        ["noNewPrivileges"] = true,
        ["oomScoreAdj"] = OutOfMemoryScore,
        ["rlimits"] = new JsonArray(Limit("RLIMIT_NOFILE", MostOpenFiles), Limit("RLIMIT_CORE", 0), Limit("RLIMIT_MEMLOCK", 65_536)),
    };

    private static JsonArray Mounts(ContainerSettings settings)
    {
        var mounts = new JsonArray(
            Mount("/proc", "proc", "proc", "nosuid", "noexec", "nodev"),
            Mount("/dev", "tmpfs", "tmpfs", "nosuid", "noexec", "mode=755", "size=65536"),
            Mount("/dev/shm", "tmpfs", "shm", "nosuid", "nodev", "noexec", "mode=1777", $"size={SharedMemoryBytes}"),
            // Without it a runtime takes the machine's memory for its own and sizes its heap by that.
            Mount("/sys/fs/cgroup", "cgroup", "cgroup", "ro", "nosuid", "noexec", "nodev"),
            Bind(settings.Scratch, "/tmp", "rw"));
        if (settings.InitProgram is { } init)
            mounts.Add((JsonNode)Bind(init, settings.InitDestination, "ro"));
        foreach (var mount in settings.ImageWorkingDirectory is null ? SharedMounts(settings) : [])
            mounts.Add((JsonNode)mount);
        if (settings.ResolvFile is { } resolv)
            mounts.Add((JsonNode)Bind(resolv, SandboxRoot.ResolvFile, "ro"));
        return mounts;
    }

    // What an image brings by itself: the code, the runtime and the machine's programs.
    private static IEnumerable<JsonObject> SharedMounts(ContainerSettings settings) =>
    [
        settings.TaskIsMountedLater
            ? Bind(settings.TaskDirectory, SandboxRoot.TaskDirectory, "ro", "rslave")
            : Bind(settings.TaskDirectory, SandboxRoot.TaskDirectory, "ro"),
        Bind(settings.RuntimeDirectory, SandboxRoot.RuntimeDirectory, "ro"),
        .. SandboxRoot.BoundFolders.Select(folder => Bind(folder, folder, "ro")),
    ];

    private static JsonObject Linux(ContainerSettings settings) => new()
    {
        ["cgroupsPath"] = "/" + settings.CgroupPath,
        ["namespaces"] = new JsonArray(
            Namespace("user"), Namespace("pid"), Namespace("mount"), Namespace("ipc"), Namespace("uts"), Namespace("cgroup"),
            new JsonObject { ["type"] = "network", ["path"] = settings.NetworkNamespace }),
        ["uidMappings"] = new JsonArray(Mapping(settings.FirstId)),
        ["gidMappings"] = new JsonArray(Mapping(settings.FirstId)),
        ["maskedPaths"] = Strings(Masked),
        ["readonlyPaths"] = Strings(ReadOnly),
        ["resources"] = Resources(settings),
        ["seccomp"] = JsonNode.Parse(SeccompProfile.Json),
    };

    private static JsonObject Resources(ContainerSettings settings)
    {
        var bytes = (long)settings.MemoryMib << 20;
        var memory = new JsonObject { ["limit"] = bytes };
        if (settings.SwapIsCounted)
            memory["swap"] = bytes; // Memory and swap together: no swap.
        return new JsonObject
        {
            ["devices"] = new JsonArray(new JsonObject { ["allow"] = false, ["access"] = "rwm" }),
            ["memory"] = memory,
            ["pids"] = new JsonObject { ["limit"] = MostProcesses },
            ["cpu"] = new JsonObject
            {
                ["quota"] = SandboxCgroup.InitQuota(settings.MemoryMib),
                ["period"] = SandboxCgroup.PeriodMicroseconds,
                ["shares"] = SandboxCgroup.Shares(settings.MemoryMib),
            },
        };
    }

    private static JsonObject Mount(string destination, string type, string source, params string[] options) => new()
    {
        ["destination"] = destination,
        ["type"] = type,
        ["source"] = source,
        ["options"] = Strings(options),
    };

    // Recursive: a user namespace may not separate a mount from the mounts below it.
    private static JsonObject Bind(string source, string destination, params string[] options) =>
        Mount(destination, "bind", source, ["rbind", "nosuid", "nodev", .. options]);

    private static JsonObject Namespace(string type) => new() { ["type"] = type };

    private static JsonObject Mapping(uint first) => new()
    {
        ["containerID"] = 0,
        ["hostID"] = first,
        ["size"] = SubordinateIds.RangeSize,
    };

    private static JsonObject Limit(string type, int value) => new() { ["type"] = type, ["hard"] = value, ["soft"] = value };

    private static JsonArray Strings(IEnumerable<string> strings) => new([.. strings.Select(text => JsonValue.Create(text))]);
}
