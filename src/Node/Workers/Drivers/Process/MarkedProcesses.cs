using System.Globalization;
using System.Text;
using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Process;

/// <summary>
/// Finds the processes of a sandbox, or of every sandbox of an earlier node, by a variable that each inherits. Its
/// process group alone would miss those that have started a session of their own.
/// </summary>
internal static class MarkedProcesses
{
    /// <summary>Its value is <see cref="SandboxInstance.Of"/>.</summary>
    public const string InstanceVariable = "HEARTH_INSTANCE";

    /// <summary>Its value is the environment's id.</summary>
    public const string EnvironmentVariable = "HEARTH_ENVIRONMENT";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10), Pause = TimeSpan.FromMilliseconds(2);

    /// <summary>Kills until none is left.</summary>
    /// <param name="session">
    /// A session whose members are taken for marked, as a program may have cleared its environment. Its leader is watched
    /// by the caller.
    /// </param>
    /// <exception cref="IOException">Some were still there after ten seconds.</exception>
    public static async Task KillAsync(string variable, string value, int? session, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var marker = Encoding.UTF8.GetBytes($"{variable}={value}");
        var killed = new HashSet<int>();
        while (Find(marker, session) is { Count: > 0 } found)
        {
            cancellation.ThrowIfCancellationRequested();
            if (deadline.IsCancellationRequested)
                throw new IOException($"Processes of a sandbox could not be killed: {string.Join(", ", found)}.");
            foreach (var pid in found)
                _ = Libc.Kill(pid, Libc.KillSignal);
            killed.UnionWith(found);
            await Task.Delay(Pause, CancellationToken.None);
        }

        await ChildProcess.ReapAsync(killed.Where(pid => pid != session), deadline.Token);
    }

    private static List<int> Find(byte[] marker, int? session)
    {
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) || pid == Environment.ProcessId)
                continue;
            if (HasVariable(ProcFile.Read(pid, "environ"), marker) || (session is { } wanted && SessionOf(pid) == wanted))
                found.Add(pid);
        }

        return found;
    }

    private static bool HasVariable(byte[] environment, byte[] marker)
    {
        foreach (var range in environment.AsSpan().Split((byte)0))
            if (environment.AsSpan(range).SequenceEqual(marker))
                return true;
        return false;
    }

    // "pid (any name) state ppid pgrp session …"; a zombie has ended and is no longer anybody's.
    private static int? SessionOf(int pid)
    {
        var stat = Encoding.UTF8.GetString(ProcFile.Read(pid, "stat"));
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 3 && fields[0] is not ("Z" or "X") ? int.Parse(fields[3], CultureInfo.InvariantCulture) : null;
    }
}
