using Hearth.Node.Workers.Drivers;
using Hearth.Node.Workers.Drivers.Container;
using Hearth.Node.Workers.Drivers.Native;

namespace Bench.Subjects;

/// <summary>
/// What the launchers need to make the node's own containers without the node: its shared root, a /tmp, and a network
/// namespace, made once. Only the launchers differ.
/// </summary>
internal sealed class LauncherBed : IDisposable
{
    private const int BecomeSubreaper = 36, MemoryMib = 512;

    private readonly NetworkNamespace _network = NetworkNamespace.Create();

    public LauncherBed()
    {
        Libc.Check(Libc.ProcessControl(BecomeSubreaper, 1, 0, 0, 0), "prctl PR_SET_CHILD_SUBREAPER");
        Folder = Directory.CreateTempSubdirectory("hearth-bench-launchers-").FullName;
        Libc.Check(Libc.ChangeMode(Folder, 0x1ed), "chmod");
        SandboxRoot.Create(Root);
        foreach (var folder in (string[])["task", "runtime", "tmp"])
            Libc.Check(Libc.ChangeMode(Directory.CreateDirectory(Path.Combine(Folder, folder)).FullName, 0x3ff), "chmod");
    }

    public CgroupLayout Layout { get; } = CgroupLayout.Detect(CgroupLayout.DefaultRoot, out _)!;

    public string Folder { get; }

    public string Root => Path.Combine(Folder, "root");

    public string Temporary => Path.Combine(Folder, "tmp");

    public ContainerSettings Settings(string id, IReadOnlyList<string> command) => new(
        new SandboxCommand(command, command[0], new Dictionary<string, string> { ["PATH"] = SandboxCommand.DefaultPath }),
        Root, Path.Combine(Folder, "task"), false, Path.Combine(Folder, "runtime"), Temporary, null,
        null, _network.Path, $"hearth-bench-{Environment.ProcessId}/{id}", 200_000, MemoryMib, Layout.SwapIsCounted);

    /// <summary>The folder of one start, with its output pipe.</summary>
    public (string Bundle, OutputPipe Output) Prepare(string id)
    {
        var bundle = Directory.CreateDirectory(Path.Combine(Folder, "starts", id)).FullName;
        return (bundle, OutputPipe.Create(Path.Combine(bundle, "output")));
    }

    /// <summary>Removes an empty control group from every tree.</summary>
    public void RemoveCgroup(string id)
    {
        foreach (var group in Layout.Hierarchies.Select(tree => Path.Combine(tree, $"hearth-bench-{Environment.ProcessId}", id)).Where(Directory.Exists))
            Directory.Delete(group);
    }

    public void Dispose()
    {
        foreach (var group in Layout.Hierarchies.Select(tree => Path.Combine(tree, $"hearth-bench-{Environment.ProcessId}")).Where(Directory.Exists))
            Directory.Delete(group);
        _network.Listener.Dispose();
        _network.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
