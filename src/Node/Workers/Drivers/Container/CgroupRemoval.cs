using System.Globalization;
using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>Kills what is in a control group and removes the group, with everything below it, from every tree.</summary>
internal static class CgroupRemoval
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <param name="path">Below each tree's root, without a leading slash.</param>
    /// <exception cref="IOException">Processes or groups were still there at the deadline.</exception>
    public static async Task KillAndRemoveAsync(CgroupLayout layout, string path, CancellationToken deadline)
    {
        var groups = layout.Hierarchies.Select(tree => Path.Combine(tree, path)).Where(Directory.Exists).ToArray();
        while (groups.Length > 0)
        {
            // A container that runs is watched, and has ended by now; these are of a start that failed half-way.
            await ChildProcess.ReapAsync(Kill(groups), deadline);
            groups = groups.Where(group => !TryRemove(group)).ToArray();
            if (groups.Length == 0)
                return;
            if (deadline.IsCancellationRequested)
                throw new IOException($"The control group {groups[0]} could not be emptied and removed.");
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private static HashSet<int> Kill(string[] groups)
    {
        var pids = new HashSet<int>();
        foreach (var group in groups)
        {
            // Where it exists (v2 since 5.14; the unified tree of a hybrid), it kills the whole tree at once, forks included.
            var killFile = Path.Combine(group, "cgroup.kill");
            if (File.Exists(killFile))
                Ignoring(() => ControlFile.Write(killFile, "1"));
            foreach (var folder in Tree(group))
                Ignoring(() => pids.UnionWith(File.ReadLines(Path.Combine(folder, "cgroup.procs")).Select(line => int.Parse(line, CultureInfo.InvariantCulture))));
        }

        foreach (var pid in pids.Where(pid => pid > 0))
            _ = Libc.Kill(pid, Libc.KillSignal);
        return pids;
    }

    private static bool TryRemove(string group)
    {
        foreach (var folder in Tree(group).OrderByDescending(folder => folder.Length))
            Ignoring(() => Directory.Delete(folder));
        return !Directory.Exists(group);
    }

    private static string[] Tree(string group)
    {
        string[] tree = [group];
        Ignoring(() => tree = [group, .. Directory.GetDirectories(group, "*", SearchOption.AllDirectories)]);
        return tree;
    }

    // Groups vanish under our hands as their last process ends.
    private static void Ignoring(Action action)
    {
        try
        {
            action();
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
        }
    }
}
