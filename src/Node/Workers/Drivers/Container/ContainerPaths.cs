namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>
/// Where an instance keeps its containers. Under /run and not in the data directory: root inside a container is a
/// stranger to this machine and could not pass through a private home, and /run is empty after a reboot, as it should be.
/// </summary>
internal sealed class ContainerPaths(string instance, string runDirectory)
{
    public const string DefaultRunDirectory = "/run/hearth";

    public string Instance => instance;

    public string Home { get; } = Path.Combine(runDirectory, instance);

    /// <summary>The root file system that all containers share.</summary>
    public string Root => Path.Combine(Home, "root");

    /// <summary>runc's own state (its option <c>--root</c>).</summary>
    public string RuncState => Path.Combine(Home, "runc");

    /// <summary>The control group of all sandboxes of the instance, below each tree's root.</summary>
    public string Cgroup => $"hearth/{instance}";

    public string CgroupOf(string sandbox) => $"hearth/{instance}/{sandbox}";

    /// <summary>Configuration, pid and output of one sandbox; for root alone, as environment variables are in it.</summary>
    public string Bundle(string sandbox) => Path.Combine(Home, "sandboxes", sandbox);

    /// <summary>Where what a sandbox sees as /tmp is mounted.</summary>
    public string Scratch(string sandbox) => Path.Combine(Home, "scratch", sandbox);

    /// <summary>Where the image that a sandbox runs is mounted, to be reached by root inside of it.</summary>
    public string ImageRoot(string sandbox) => Path.Combine(Home, "images", sandbox);

    /// <summary>A mount whose own mounts reach the containers that have a folder of it.</summary>
    public string LateMounts => Path.Combine(Home, "late");

    /// <summary>What a sandbox that starts blank has at /var/task: nothing, until its package is mounted here.</summary>
    public string LateTask(string sandbox) => Path.Combine(LateMounts, sandbox);

    /// <summary>The same of a sandbox that starts blank: one of another size can be mounted over it. No sandbox's name has a dot.</summary>
    public string LateScratch(string sandbox) => Path.Combine(LateMounts, sandbox + ".tmp");
}
