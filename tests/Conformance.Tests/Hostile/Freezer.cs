namespace Conformance.Tests.Hostile;

/// <summary>Whether the kernel has stopped a sandbox, asked of whichever control groups this machine has.</summary>
internal static class Freezer
{
    public static bool IsFrozen(string sandbox) => Directory.GetDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup")
        .Select(tree => Path.Combine(tree, "hearth"))
        .Where(Directory.Exists)
        .SelectMany(Directory.GetDirectories)
        .Select(instance => Path.Combine(instance, sandbox))
        .Any(group => Says(Path.Combine(group, "cgroup.events"), "frozen 1") || Says(Path.Combine(group, "freezer.state"), "FROZEN"));

    private static bool Says(string file, string text)
    {
        try
        {
            return File.ReadAllText(file).Contains(text, StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }
}
