namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>What every container is confined to, whichever launcher makes it.</summary>
internal static class Confinement
{
    public const string HostName = "sandbox";
    public const int MostProcesses = 1_024, MostOpenFiles = 1_024, MostLockedBytes = 65_536;
    public const long SharedMemoryBytes = 64 << 20;

    // A child of the sandbox dies before the node does when the machine itself runs out of memory.
    public const int OutOfMemoryScore = 500;

    /// <summary>What /proc tells about the machine rather than the sandbox. The node's own kernel decides which of them exist.</summary>
    public static readonly string[] MaskedPaths = Existing(
        "acpi", "asound", "cmdline", "config.gz", "diskstats", "interrupts", "iomem", "ioports", "kallsyms", "kcore", "keys",
        "key-users", "kmsg", "kpagecgroup", "kpagecount", "kpageflags", "latency_stats", "modules", "partitions", "sched_debug",
        "scsi", "slabinfo", "swaps", "timer_list", "timer_stats", "vmallocinfo", "zoneinfo");

    public static readonly string[] ReadOnlyPaths = Existing("bus", "fs", "irq", "sys", "sysrq-trigger");

    /// <summary>What the container executes: its first process, and the command as that one's arguments.</summary>
    public static IEnumerable<string> Arguments(ContainerSettings settings) =>
        settings.InitProgram is null ? settings.Command.Arguments : [settings.InitDestination, .. settings.Command.Arguments];

    /// <summary>Folders and files of the machine that the container sees; no program of them runs with privileges, no device opens.</summary>
    public static IEnumerable<BindMount> Binds(ContainerSettings settings) =>
    [
        new(settings.Scratch, "/tmp", settings.TaskIsMountedLater ? BindMode.WritableSlave : BindMode.Writable),
        .. settings.InitProgram is { } init ? [new BindMount(init, settings.InitDestination, BindMode.ReadOnly)] : Array.Empty<BindMount>(),
        .. settings.ImageWorkingDirectory is null ? SharedRootBinds(settings) : [],
        .. settings.ResolvFile is { } resolv ? [new BindMount(resolv, SandboxRoot.ResolvFile, BindMode.ReadOnly)] : Array.Empty<BindMount>(),
    ];

    // An image brings its own programs and folders.
    private static IEnumerable<BindMount> SharedRootBinds(ContainerSettings settings) =>
    [
        new(settings.TaskDirectory, SandboxRoot.TaskDirectory, settings.TaskIsMountedLater ? BindMode.Slave : BindMode.ReadOnly),
        new(settings.RuntimeDirectory, SandboxRoot.RuntimeDirectory, BindMode.ReadOnly),
        .. SandboxRoot.BoundFolders.Select(folder => new BindMount(folder, folder, BindMode.ReadOnly)),
    ];

    private static string[] Existing(params string[] names) =>
        [.. names.Select(name => "/proc/" + name).Where(path => File.Exists(path) || Directory.Exists(path))];
}

/// <param name="Source">On this machine, absolute.</param>
/// <param name="Target">In the container, absolute.</param>
internal sealed record BindMount(string Source, string Target, BindMode Mode);

internal enum BindMode
{
    Writable,
    ReadOnly,

    /// <summary>Writable; what is mounted on the source later, on the machine, reaches the container.</summary>
    WritableSlave,

    /// <summary>Read-only; what is mounted on the source later, on the machine, reaches the container.</summary>
    Slave,
}
