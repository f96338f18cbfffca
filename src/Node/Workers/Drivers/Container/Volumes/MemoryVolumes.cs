using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container.Volumes;

/// <summary>
/// In memory, for machines that cannot have <see cref="DiskVolumes"/>: what a function writes to /tmp counts as its memory, so that
/// one that fills it is killed.
/// </summary>
internal sealed class MemoryVolumes : IVolumes
{
    public void Mount(string folder, int sizeMib, uint owner) => Libc.Check(
        Libc.Mount("hearth", folder, "tmpfs", HostMounts.NoSetUserId | HostMounts.NoDevices, $"size={sizeMib}m,nr_inodes={sizeMib * DiskTemplate.FilesPerMib},mode=1777,uid={owner},gid={owner}"),
        $"mount tmpfs {folder}");

    public void Sweep()
    {
    }
}
