namespace Hearth.Node.Workers.Drivers.Container.Volumes;

/// <summary>What /tmp is made of on this machine.</summary>
internal static class VolumeChoice
{
    /// <summary>The disk where that is possible, which trying tells; else memory, and the log says why.</summary>
    /// <param name="folder">For the disk's files.</param>
    public static IVolumes Make(string folder, ILogger log)
    {
        var disk = new DiskVolumes(folder, log);
        if (disk.Probe() is not { } missing)
            return disk;
        log.LogWarning("/tmp cannot be on the disk here, and so counts as a function's memory: {Reason}", missing);
        return new MemoryVolumes();
    }
}
