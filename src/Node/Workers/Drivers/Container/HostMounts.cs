using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>The mounts that the container driver makes on the machine itself: one tmpfs for each environment's /tmp.</summary>
internal static class HostMounts
{
    private const nuint NoSetUserId = 2, NoDevices = 4;
    private const int Detach = 2;

    public static void MountScratch(string folder, int sizeMib, uint owner)
    {
        // Charged to the memory group of whoever writes, so a function that fills /tmp uses up its own memory.
        // Lambda counts /tmp apart. Counting it apart needs a file system with quotas, which this machine need not have.
        var options = $"size={sizeMib}m,nr_inodes={sizeMib * 64},mode=1777,uid={owner},gid={owner}";
        Libc.Check(Libc.Mount("hearth", folder, "tmpfs", NoSetUserId | NoDevices, options), $"mount tmpfs {folder}");
    }

    /// <summary>No effect where nothing is mounted.</summary>
    public static void Unmount(string folder) => _ = Libc.Unmount(folder, Detach);

    /// <summary>The mount points at or below <paramref name="folder"/>, the innermost first.</summary>
    public static IReadOnlyList<string> Below(string folder) =>
        File.ReadLines("/proc/self/mountinfo")
            .Select(line => Unescape(line.Split(' ')[4]))
            .Where(point => point == folder || point.StartsWith(folder + "/", StringComparison.Ordinal))
            .Reverse().ToArray();

    private static string Unescape(string point) =>
        point.Replace("\\040", " ").Replace("\\011", "\t").Replace("\\012", "\n").Replace("\\134", "\\");
}
