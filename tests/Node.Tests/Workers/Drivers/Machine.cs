using System.Globalization;
using System.Text;

namespace Hearth.Node.Tests.Workers.Drivers;

/// <summary>What runs on this machine, by /proc.</summary>
internal static class Machine
{
    private const int Session = 3;

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
    /// Fails when a sandbox's process has ended and nobody waits for it. A sandbox has a session of its own: zombies of
    /// this process's session are what other tests have started, whose orphans come to us since a driver is a subreaper.
    /// </summary>
    public static void AssertNoZombies() =>
        Assert.True(SpinWait.SpinUntil(() => Zombies().Length == 0, SandboxBench.Deadline), string.Join('\n', Zombies()));

    private static string[] Zombies()
    {
        var own = Fields(Read("/proc/self", "stat"))[Session];
        return Directory.EnumerateDirectories("/proc")
            .Where(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out _))
            .Select(folder => Read(folder, "stat"))
            .Where(stat => Fields(stat) is [var state, var parent, _, var session, ..]
                && state == "Z" && parent == Environment.ProcessId.ToString(CultureInfo.InvariantCulture) && session != own)
            .ToArray();
    }

    // "pid (any name) state ppid pgrp session …"
    private static string[] Fields(string stat) => stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);

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
