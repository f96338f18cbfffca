using Hearth.Node.Workers.Drivers;

namespace Hearth.Node.Tests.Workers.Drivers;

/// <summary>Looks for what a container driver has left on the machine.</summary>
internal static class ContainerRemains
{
    /// <summary>Fails when a process, mount, link, control group or file of the data directory's instance is there.</summary>
    public static void AssertNone(string dataDirectory)
    {
        var instance = SandboxInstance.Of(dataDirectory);
        AssertNoneRuns(dataDirectory);
        Assert.DoesNotContain(File.ReadLines("/proc/self/mountinfo"), line => line.Contains($"/run/hearth/{instance}/", StringComparison.Ordinal));
        Assert.False(Directory.Exists($"/run/hearth/{instance}"));
        Assert.DoesNotContain(Directory.EnumerateDirectories("/sys/fs/cgroup"), tree => Directory.Exists($"{tree}/hearth/{instance}"));
        Assert.False(Directory.Exists(Path.Combine(dataDirectory, "scratch")));
    }

    /// <summary>Fails when a container of the instance has left something. What all share may be there: the root, and the mount for packages.</summary>
    public static void AssertNoneRuns(string dataDirectory)
    {
        var instance = SandboxInstance.Of(dataDirectory);
        Assert.DoesNotContain(
            File.ReadLines("/proc/self/mountinfo").Where(line => line.Split(' ')[4] != $"/run/hearth/{instance}/late"),
            line => line.Contains($"/run/hearth/{instance}", StringComparison.Ordinal));
        Assert.Empty(Machine.ProcessesWith($"/run/hearth/{instance}"));
        foreach (var folder in (string[])["sandboxes", "scratch", "runc", "late"])
            Assert.Empty(Entries($"/run/hearth/{instance}/{folder}"));
        foreach (var tree in Directory.EnumerateDirectories("/sys/fs/cgroup"))
            Assert.Empty(Folders($"{tree}/hearth/{instance}"));
        Assert.Empty(Links(dataDirectory));
        Assert.Empty(Entries(Path.Combine(dataDirectory, "scratch")));
        // A container that another test starts meanwhile has a copy of every mount, until it has left the machine's root.
        Assert.True(SpinWait.SpinUntil(() => Disks(dataDirectory).Count == 0, SandboxBench.Deadline), string.Join('\n', Disks(dataDirectory)));
        Machine.AssertNoZombies();
    }

    /// <summary>The loop devices whose files are, or were, in the data directory.</summary>
    public static IReadOnlyList<string> Disks(string dataDirectory) =>
        [.. Directory.EnumerateDirectories("/sys/block", "loop*").Where(device => BackingFile(device).StartsWith(dataDirectory + "/", StringComparison.Ordinal))];

    /// <summary>The links that connect sandboxes of the instance.</summary>
    public static IReadOnlyList<string> Links(string dataDirectory) =>
        [.. Directory.GetDirectories("/proc/sys/net/ipv4/conf", $"hth{SandboxInstance.Of(dataDirectory)}*")];

    private static string BackingFile(string device)
    {
        try
        {
            return File.ReadAllText($"{device}/loop/backing_file");
        }
        catch (IOException)
        {
            return ""; // It is free.
        }
    }

    private static string[] Entries(string folder) => Directory.Exists(folder) ? Directory.GetFileSystemEntries(folder) : [];

    private static string[] Folders(string folder) => Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];
}
