using System.Globalization;
using System.Text;
using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>Takes away what an earlier node of the same instance left, in whatever state it was when it died.</summary>
internal sealed class ContainerSweep(ContainerPaths paths, CgroupLayout layout)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <exception cref="IOException">Something could not be removed; the message names it.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(Deadline);
        // 1. Starts under way: a launcher that nobody waits for would still finish its container.
        foreach (var pid in Launchers())
            _ = Libc.Kill(pid, Libc.KillSignal);
        // 2. Containers. Their network namespaces end with them.
        await CgroupRemoval.KillAndRemoveAsync(layout, paths.Cgroup, deadline.Token);
        cancellation.ThrowIfCancellationRequested();
        // 3. Mounts, then files: never the other way round.
        foreach (var point in HostMounts.Below(paths.Home))
            HostMounts.Unmount(point);
        if (HostMounts.Below(paths.Home) is [var left, ..])
            throw new IOException($"{left}, left by an earlier node, could not be unmounted.");
        if (Directory.Exists(paths.Home))
            Directory.Delete(paths.Home, recursive: true);
        // 4. What instances share, where this was the last one.
        foreach (var shared in layout.Hierarchies.Select(tree => Path.Combine(tree, "hearth")).Append(Path.GetDirectoryName(paths.Home)!))
            DeleteIfEmpty(shared);
    }

    private static void DeleteIfEmpty(string folder)
    {
        try
        {
            Directory.Delete(folder);
        }
        catch (IOException)
        {
            // It is another instance's too, or gone.
        }
    }

    private IEnumerable<int> Launchers()
    {
        var (runc, own) = (Encoding.UTF8.GetBytes($"\0--root\0{paths.RuncState}\0"), Encoding.UTF8.GetBytes($"hearth-sandbox\0{paths.Bundle("")}"));
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid)
                && ProcFile.Read(pid, "cmdline") is var line
                && (line.AsSpan().IndexOf(runc) >= 0 || line.AsSpan().StartsWith(own)))
                yield return pid;
    }
}
