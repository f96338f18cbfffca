using System.Text;
using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>
/// The mounts that the container driver makes on the machine itself: one tmpfs for each environment's /tmp, and the
/// packages of environments that were blank.
/// </summary>
internal static class HostMounts
{
    private const nuint NoSetUserId = 2, NoDevices = 4, Remount = 32, BindOnly = 4096, Shared = 1 << 20;
    private const ulong ReadOnlyFlags = 1 | 2 | 4; // MOUNT_ATTR_RDONLY, _NOSUID, _NODEV
    private const int Detach = 2;

    public static void MountScratch(string folder, int sizeMib, uint owner)
    {
        // Charged to the memory group of whoever writes, so a function that fills /tmp uses up its own memory.
        // Lambda counts /tmp apart. Counting it apart needs a file system with quotas, which this machine need not have.
        var options = $"{Size(sizeMib)},mode=1777,uid={owner},gid={owner}";
        Libc.Check(Libc.Mount("hearth", folder, "tmpfs", NoSetUserId | NoDevices, options), $"mount tmpfs {folder}");
    }

    public static void ResizeScratch(string folder, int sizeMib) =>
        Libc.Check(Libc.Mount("hearth", folder, "tmpfs", Remount | NoSetUserId | NoDevices, Size(sizeMib)), $"remount {folder}");

    /// <summary>Makes a folder a mount of its own, whose later mounts reach every container that has a folder of it.</summary>
    public static void Share(string folder)
    {
        Libc.Check(Libc.Mount(folder, folder, "", BindOnly, ""), $"mount --bind {folder}");
        Libc.Check(Libc.Mount("", folder, "", Shared, ""), $"mount --make-shared {folder}");
    }

    /// <summary>
    /// Mounts a folder read-only over another. It is made read-only before it is attached: what <c>mount --bind</c> and a
    /// remount do in two steps would reach the containers after the first, writable.
    /// </summary>
    public static void BindReadOnly(string folder, string target)
    {
        var mount = Libc.Check(Libc.CloneMount(Terminated(folder)), $"open_tree {folder}");
        try
        {
            Libc.Check(Libc.SetMountFlags(mount, ReadOnlyFlags), $"mount_setattr {folder}");
            Libc.Check(Libc.AttachMount(mount, Terminated(target)), $"move_mount {target}");
        }
        finally
        {
            _ = Libc.Close(mount);
        }
    }

    /// <summary>No effect where nothing is mounted.</summary>
    public static void Unmount(string folder) => _ = Libc.Unmount(folder, Detach);

    /// <summary>The mount points at or below <paramref name="folder"/>, the innermost first.</summary>
    public static IReadOnlyList<string> Below(string folder) =>
        File.ReadLines("/proc/self/mountinfo")
            .Select(line => Unescape(line.Split(' ')[4]))
            .Where(point => point == folder || point.StartsWith(folder + "/", StringComparison.Ordinal))
            .Reverse().ToArray();

    private static string Size(int mib) => $"size={mib}m,nr_inodes={mib * 64}";

    private static byte[] Terminated(string path) => [.. Encoding.UTF8.GetBytes(path), 0];

    private static string Unescape(string point) =>
        point.Replace("\\040", " ").Replace("\\011", "\t").Replace("\\012", "\n").Replace("\\134", "\\");
}
