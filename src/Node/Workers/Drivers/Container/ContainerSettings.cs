namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>What differs between two containers.</summary>
/// <param name="TaskIsMountedLater">The task directory is empty as yet: what is mounted on it later, on the machine, reaches the container.</param>
/// <param name="InitProgram">This machine's file of <see cref="ContainerInit"/>, or null for none.</param>
/// <param name="ResolvFile">This machine's file for /etc/resolv.conf, or null for the root's own.</param>
/// <param name="FirstId">The first of the 65,536 ids of this machine that the sandbox's users are.</param>
/// <param name="SwapIsCounted">Whether the kernel can limit swap; asking where it cannot is an error.</param>
/// <param name="ImageWorkingDirectory">Where a container image's command starts; null where the root is the shared one.</param>
internal sealed record ContainerSettings(
    SandboxCommand Command, string Root, string TaskDirectory, bool TaskIsMountedLater, string RuntimeDirectory, string Scratch, string? InitProgram,
    string? ResolvFile, string NetworkNamespace, string CgroupPath, uint FirstId, int MemoryMib, bool SwapIsCounted, string? ImageWorkingDirectory = null)
{
    /// <summary>Where the container has <see cref="ContainerInit"/>: an image's root may have no place for it, but /dev is made here.</summary>
    public string InitDestination => ImageWorkingDirectory is null ? SandboxRoot.InitProgram : "/dev/hearth-init";
}
