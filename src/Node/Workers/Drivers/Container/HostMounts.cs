using System.Text;
using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>
/// The mounts that the container driver makes on the machine itself: those of each environment's /tmp (<see cref="Volumes"/>), and
/// the packages of environments that were blank.
/// </summary>
internal static class HostMounts
{
    public const nuint NoSetUserId = 2, NoDevices = 4;

    private const nuint BindOnly = 4096, Shared = 1 << 20;
    private const ulong ReadOnlyFlags = 1 | 2 | 4; // MOUNT_ATTR_RDONLY, _NOSUID, _NODEV
    private const int Detach = 2;

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

    /// <summary>Unmounts all that is mounted there, one over the other. No effect where nothing is.</summary>
    public static void Unmount(string folder)
    {
        while (UnmountTop(folder))
        {
        }
    }

    /// <returns>False where nothing is mounted.</returns>
    public static bool UnmountTop(string folder) => Libc.Unmount(folder, Detach) >= 0;

    /// <summary>The mount points at or below <paramref name="folder"/>, the innermost first.</summary>
    public static IReadOnlyList<string> Below(string folder) =>
        File.ReadLines("/proc/self/mountinfo")
            .Select(line => Unescape(line.Split(' ')[4]))
            .Where(point => point == folder || point.StartsWith(folder + "/", StringComparison.Ordinal))
            .Reverse().ToArray();

    private static byte[] Terminated(string path) => [.. Encoding.UTF8.GetBytes(path), 0];

    private static string Unescape(string point) =>
        point.Replace("\\040", " ").Replace("\\011", "\t").Replace("\\012", "\n").Replace("\\134", "\\");
}
