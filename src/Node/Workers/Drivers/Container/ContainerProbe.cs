using Hearth.Node.Workers.Drivers.Container.Launchers;
using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>Whether this machine can run containers for us.</summary>
internal static class ContainerProbe
{
    private static readonly string[] ProgramFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    public static string? FindRunc() =>
        ProgramFolders.Select(folder => Path.Combine(folder, "runc")).FirstOrDefault(File.Exists);

    /// <returns>Null, or a sentence that says what is missing and how to get it.</returns>
    public static string? Missing()
    {
        if (!OperatingSystem.IsLinux())
            return "Containers need Linux.";
        if (Libc.EffectiveUserId() != 0)
            return "Containers need the node to run as root.";
        if (FindRunc() is null && !File.Exists(OwnLauncher.DefaultProgram))
            return "Containers need runc, which is not installed (on Debian: apt-get install runc).";
        if (CgroupLayout.Detect(CgroupLayout.DefaultRoot, out var controller) is not { } layout)
            return $"Containers need the control group controller \"{controller}\", which is not mounted under {CgroupLayout.DefaultRoot}.";
        return layout.Hierarchies.Select(Unwritable).FirstOrDefault(reason => reason is not null)
            ?? (File.Exists("/proc/self/ns/user") && !IsZero("/proc/sys/user/max_user_namespaces")
                ? null
                : "Containers need user namespaces, which this kernel does not allow (sysctl user.max_user_namespaces).");
    }

    private static bool IsZero(string path) => File.Exists(path) && File.ReadAllText(path).Trim() == "0";

    // Making a group is the only sure test: inside another container the trees are often mounted read-only.
    private static string? Unwritable(string tree)
    {
        var group = Path.Combine(tree, $"hearth-probe-{Environment.ProcessId}-{Environment.CurrentManagedThreadId}");
        try
        {
            Directory.CreateDirectory(group);
            Directory.Delete(group);
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return $"Containers need to make control groups, and {tree} refuses: {refused.Message}";
        }
    }
}
