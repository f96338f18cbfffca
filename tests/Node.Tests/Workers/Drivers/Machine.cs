using System.Globalization;
using System.Text;

namespace Hearth.Node.Tests.Workers.Drivers;

/// <summary>What runs on this machine, by /proc.</summary>
internal static class Machine
{
    /// <summary>The living processes that have this text in their arguments or environment.</summary>
    public static IReadOnlyList<int> ProcessesWith(string text)
    {
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid)
                && pid != Environment.ProcessId
                && (Read(folder, "cmdline") + Read(folder, "environ")).Contains(text, StringComparison.Ordinal))
                found.Add(pid);
        return found;
    }

    /// <summary>
    /// Fails when a sandbox's process has ended and nobody waits for it. Others of the tests start processes as well, and
    /// theirs may be zombies for a moment.
    /// </summary>
    public static void AssertNoZombies() =>
        Assert.True(SpinWait.SpinUntil(() => Zombies().Length == 0, SandboxBench.Deadline), string.Join('\n', Zombies()));

    private static string[] Zombies() =>
        Directory.EnumerateDirectories("/proc")
            .Where(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out _))
            .Select(folder => Read(folder, "stat"))
            .Where(stat => stat.Contains($") Z {Environment.ProcessId} ", StringComparison.Ordinal)).ToArray();

    private static string Read(string folder, string name)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(folder, name)));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
