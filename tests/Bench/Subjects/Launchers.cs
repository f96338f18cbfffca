using Hearth.Node.Workers.Drivers;
using Hearth.Node.Workers.Drivers.Container;
using Hearth.Node.Workers.Drivers.Container.Launchers;
using Hearth.Node.Workers.Drivers.Native;

namespace Bench.Subjects;

/// <summary>One way to start a program in a sandbox, waited for to the program's end and the removal of its control groups.</summary>
internal interface ILauncher
{
    string Name { get; }

    /// <exception cref="BenchException">It failed; the message is what it wrote.</exception>
    Task RunAsync(string id, IReadOnlyList<string> command, ISandboxOutput output);
}

/// <summary>No sandbox at all: the floor.</summary>
internal sealed class PlainStart(LauncherBed bed) : ILauncher
{
    public string Name => "plain process";

    public async Task RunAsync(string id, IReadOnlyList<string> command, ISandboxOutput output)
    {
        var (bundle, pipe) = bed.Prepare(id);
        await Started.ToEndAsync(Spawn.Start(command[0], command, [], bundle, pipe.Path), pipe, output);
    }
}

/// <summary>A launcher of OCI bundles, in the foreground.</summary>
/// <param name="prefix">What runs the program, and its arguments.</param>
internal sealed class OciLauncher(LauncherBed bed, string name, params string[] prefix) : ILauncher
{
    public string Name => name;

    public async Task RunAsync(string id, IReadOnlyList<string> command, ISandboxOutput output)
    {
        var (bundle, pipe) = bed.Prepare(id);
        OciConfiguration.Write(Path.Combine(bundle, "config.json"), bed.Settings(id, command));
        string[] words = [.. prefix, "--root", Path.Combine(bed.Folder, "state"), "run", "--bundle", bundle, id];
        await Started.ToEndAsync(Spawn.Start(words[0], words, [new("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")], bundle, pipe.Path), pipe, output);
    }
}

/// <summary>bubblewrap with the same root, mounts and filter; it knows of no control groups and maps one user.</summary>
internal sealed class BubblewrapLauncher(LauncherBed bed, byte[] filter) : ILauncher
{
    private readonly string _filter = WriteFilter(bed, filter);

    public string Name => "bubblewrap, no limits";

    public async Task RunAsync(string id, IReadOnlyList<string> command, ISandboxOutput output)
    {
        var (bundle, pipe) = bed.Prepare(id);
        using var descriptor = File.OpenHandle(_filter);
        var moved = Libc.Check(Libc.FileControl((int)descriptor.DangerousGetHandle(), Libc.DuplicateCloseOnExec, 16), "fcntl");
        string[] words =
        [
            "/usr/bin/bwrap", "--unshare-all", "--uid", "993", "--gid", "990", "--cap-drop", "ALL", "--new-session", "--hostname", "sandbox",
            "--ro-bind", bed.Root, "/", "--ro-bind", "/usr", "/usr", "--bind", bed.Temporary, "/tmp", "--proc", "/proc", "--dev", "/dev",
            "--seccomp", "5", "--", .. command,
        ];
        await Started.ToEndAsync(Spawn.Start(words[0], words, [], bundle, pipe.Path, fifth: moved), pipe, output);
        _ = Libc.Close(moved);
    }

    private static string WriteFilter(LauncherBed bed, byte[] filter)
    {
        var path = Path.Combine(bed.Folder, "filter");
        File.WriteAllBytes(path, filter);
        return path;
    }
}

/// <summary>hearth-sandbox, told what the node tells it.</summary>
internal sealed class OwnStart(LauncherBed bed, LauncherSettings settings) : ILauncher
{
    public string Name => "hearth-sandbox";

    public async Task RunAsync(string id, IReadOnlyList<string> command, ISandboxOutput output)
    {
        var (bundle, pipe) = bed.Prepare(id);
        var container = bed.Settings(id, command);
        CgroupCreation.Create(bed.Layout, container.CgroupPath, container.MemoryMib);
        using var channel = LauncherChannel.Create();
        channel.Send(settings.Encode(container, passed: 0));
        channel.FinishSending();
        pipe.ForwardTo(output);
        var launcher = ChildProcess.Watch(Spawn.Start(OwnLauncher.DefaultProgram, ["hearth-sandbox", bundle], [], "/", pipe.Path, fifth: channel.LauncherEnd));
        channel.CloseLauncherEnd();
        if ((await launcher.Exited).ExitCode != 0)
            throw new BenchException(pipe.TakeText());
        await Started.ToEndAsync(channel.ReadNumber(), pipe, output);
        bed.RemoveCgroup(id);
    }
}

internal static class Started
{
    public static async Task ToEndAsync(int pid, OutputPipe pipe, ISandboxOutput output)
    {
        pipe.ForwardTo(output);
        var status = await ChildProcess.Watch(pid, pipe.Drain).Exited;
        var text = status.ExitCode == 0 ? "" : pipe.TakeText();
        pipe.Close();
        if (status.ExitCode != 0)
            throw new BenchException($"status {status.ExitCode}, signal {status.Signal}: {text}{(output as FirstOutput)?.Text}");
    }
}

/// <summary>Notes when the first output came.</summary>
internal sealed class FirstOutput : ISandboxOutput
{
    public long At { get; private set; }

    public string Text { get; private set; } = "";

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (At == 0)
            At = System.Diagnostics.Stopwatch.GetTimestamp();
        Text += System.Text.Encoding.UTF8.GetString(bytes);
    }
}
