using System.Text.Json.Nodes;

namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>Writes a container's <c>config.json</c> for runc (OCI runtime specification 1.0.2).</summary>
internal static class OciConfiguration
{
    public static void Write(string path, ContainerSettings settings)
    {
        var configuration = new JsonObject
        {
            ["ociVersion"] = "1.0.2",
            ["hostname"] = Confinement.HostName,
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
        ["args"] = Strings(Confinement.Arguments(settings)),
        ["env"] = Strings(settings.Command.Environment.Select(variable => $"{variable.Key}={variable.Value}")),
        ["cwd"] = settings.ImageWorkingDirectory ?? SandboxRoot.TaskDirectory,
        ["capabilities"] = new JsonObject(),
        ["noNewPrivileges"] = true,
        ["oomScoreAdj"] = Confinement.OutOfMemoryScore,
        ["rlimits"] = new JsonArray(
            Limit("RLIMIT_NOFILE", Confinement.MostOpenFiles), Limit("RLIMIT_CORE", 0), Limit("RLIMIT_MEMLOCK", Confinement.MostLockedBytes)),
    };

    private static JsonArray Mounts(ContainerSettings settings)
    {
        var mounts = new JsonArray(
            Mount("/proc", "proc", "proc", "nosuid", "noexec", "nodev"),
            Mount("/dev", "tmpfs", "tmpfs", "nosuid", "noexec", "mode=755", "size=65536"),
            Mount("/dev/shm", "tmpfs", "shm", "nosuid", "nodev", "noexec", "mode=1777", $"size={Confinement.SharedMemoryBytes}"),
            // Without it a runtime takes the machine's memory for its own and sizes its heap by that.
            Mount("/sys/fs/cgroup", "cgroup", "cgroup", "ro", "nosuid", "noexec", "nodev"));
        foreach (var bind in Confinement.Binds(settings))
            mounts.Add((JsonNode)Bind(bind));
        return mounts;
    }

    private static JsonObject Linux(ContainerSettings settings) => new()
    {
        ["cgroupsPath"] = "/" + settings.CgroupPath,
        ["namespaces"] = new JsonArray(
            Namespace("user"), Namespace("pid"), Namespace("mount"), Namespace("ipc"), Namespace("uts"), Namespace("cgroup"),
            new JsonObject { ["type"] = "network", ["path"] = settings.NetworkNamespace }),
        ["uidMappings"] = new JsonArray(Mapping(settings.FirstId)),
        ["gidMappings"] = new JsonArray(Mapping(settings.FirstId)),
        ["maskedPaths"] = Strings(Confinement.MaskedPaths),
        ["readonlyPaths"] = Strings(Confinement.ReadOnlyPaths),
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
            ["pids"] = new JsonObject { ["limit"] = Confinement.MostProcesses },
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
    private static JsonObject Bind(BindMount bind) => Mount(bind.Target, "bind", bind.Source, ["rbind", "nosuid", "nodev", .. bind.Mode switch
    {
        BindMode.Writable => (string[])["rw"],
        BindMode.WritableSlave => ["rw", "rslave"],
        BindMode.Slave => ["ro", "rslave"],
        _ => ["ro"],
    }]);

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
