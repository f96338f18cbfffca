using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container.Volumes;

/// <summary>
/// On the disk, as on AWS: each /tmp is an ext4 file system in a sparse file of its own. The file has lost its name before its file system
/// is mounted, so that the kernel frees all of it with the mount, whoever unmounts it and however the node has ended.
/// What a function writes is at first in its memory, as with any file, but the kernel writes it out instead of killing the function.
/// </summary>
/// <param name="folder">For the files. An operator who wants to bound what all of them take together mounts a disk here.</param>
internal sealed class DiskVolumes(string folder, ILogger log) : IVolumes
{
    // Functions may have any size, but few are in use at once.
    private const int MostTemplates = 32;

    // Never fsck'd and never read after a crash: no barriers, so that a function's fsync does not make this machine's disk wait.
    private const string Options = "noinit_itable,nobarrier";

    private readonly Dictionary<int, DiskTemplate> _templates = [];
    private bool _isShort;

    /// <returns>Null where this machine can have them, or why it cannot.</returns>
    public string? Probe()
    {
        var place = NewPath();
        try
        {
            CreateFolder();
            Directory.CreateDirectory(place);
            Mount(place, Contracts.Limits.MinEphemeralStorageMib, owner: 0);
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return refused.Message;
        }
        finally
        {
            HostMounts.Unmount(place);
            if (Directory.Exists(place))
                Directory.Delete(place);
            RemoveFolder();
        }
    }

    public void Mount(string target, int sizeMib, uint owner)
    {
        CreateFolder();
        WarnOfShortage(sizeMib);
        using var device = MakeDevice(sizeMib);
        Libc.Check(Libc.Mount(device.Path, target, "ext4", HostMounts.NoSetUserId | HostMounts.NoDevices, Options), $"mount {device.Path} {target}");
        try
        {
            Directory.Delete(Path.Combine(target, "lost+found"));
            Libc.Check(Libc.ChangeOwner(target, owner, owner), $"chown {target}");
            Libc.Check(Libc.ChangeMode(target, 0x3ff), $"chmod {target}"); // rwxrwxrwt
        }
        catch (IOException)
        {
            HostMounts.UnmountTop(target);
            throw;
        }
    }

    public void Sweep()
    {
        foreach (var point in HostMounts.Below(folder).Where(point => point != folder)) // A probe's.
            HostMounts.Unmount(point);
        if (!Directory.Exists(folder))
            return;
        foreach (var file in Directory.GetFiles(folder))
            File.Delete(file);
        foreach (var place in Directory.GetDirectories(folder).Where(place => !place.EndsWith("/lost+found", StringComparison.Ordinal)))
            Directory.Delete(place);
        RemoveFolder();
    }

    private LoopDevice MakeDevice(int sizeMib)
    {
        var template = FindTemplate(sizeMib);
        var path = NewPath();
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite);
        File.Delete(path);
        template.WriteTo(file);
        return LoopDevice.Attach(file);
    }

    private DiskTemplate FindTemplate(int sizeMib)
    {
        lock (_templates)
        {
            if (_templates.TryGetValue(sizeMib, out var known))
                return known;
            if (_templates.Count == MostTemplates)
                _templates.Clear();
            return _templates[sizeMib] = DiskTemplate.Make(sizeMib, NewPath());
        }
    }

    // Files grow as functions write, so together they may come to more than there is.
    private void WarnOfShortage(int sizeMib)
    {
        var freeMib = new DriveInfo(folder).AvailableFreeSpace >> 20;
        var isShort = freeMib < sizeMib;
        if (isShort && !_isShort)
            log.LogWarning("A function's /tmp may take {Size} MiB and {Folder} has {Free} MiB left: once they are used up, its writes fail", sizeMib, folder, freeMib);
        _isShort = isShort;
    }

    private string NewPath() => Path.Combine(folder, Guid.NewGuid().ToString("N"));

    private void CreateFolder()
    {
        if (!OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void RemoveFolder()
    {
        try
        {
            Directory.Delete(folder);
        }
        catch (IOException)
        {
            // A disk of the operator's is mounted here, or another probe is under way.
        }
    }
}
