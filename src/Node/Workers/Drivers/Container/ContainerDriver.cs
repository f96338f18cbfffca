using System.Collections.Concurrent;
using Hearth.Contracts;
using Hearth.Node.Workers.Drivers.Container.Launchers;
using Hearth.Node.Workers.Drivers.Container.Network;
using Hearth.Node.Workers.Drivers.Container.Volumes;
using Hearth.Node.Workers.Drivers.Native;
using Hearth.Node.Workers.Egress;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>
/// Runs each sandbox as a container: user, pid, mount, network, ipc, uts and cgroup namespaces of its own, this
/// machine's /usr read-only, an unprivileged user without capabilities, a seccomp allowlist, and limits on memory,
/// processes, CPU and open files. There is no network but the sandbox's own loopback and what the function is granted.
/// A launcher makes the container, runc or one of our own; stopping needs neither.
/// </summary>
internal sealed class ContainerDriver : ISandboxDriver, IBlankDriver
{
    // Hundreds of starts at once would each take as long as all together, and the first to be done would be done late.
    private static readonly SemaphoreSlim Places = new(2 * Environment.ProcessorCount);

    private const int BecomeSubreaper = 36;

    private readonly ContainerPaths _paths;
    private readonly CgroupLayout _layout;
    private readonly IContainerLauncher _launcher;
    private readonly string? _init;
    private readonly IVolumes _volumes;
    private readonly ScratchStore _scratches;
    private readonly EgressNetwork _egress;
    private readonly ConcurrentDictionary<string, ContainerSandbox> _running = new();
    private readonly Lock _rootGate = new();
    private bool _rootIsMade;

    /// <param name="launcher">One of <see cref="ContainerLaunchers.Words"/>.</param>
    /// <exception cref="InvalidOperationException">This machine cannot run containers, see <see cref="Probe"/>, or not by that launcher.</exception>
    public ContainerDriver(
        string dataDirectory, string launcher = ContainerLaunchers.Automatic, string runDirectory = ContainerPaths.DefaultRunDirectory,
        EgressSettings? egress = null, ILogger? log = null)
    {
        if (Probe() is { } missing)
            throw new InvalidOperationException(missing);
        _layout = CgroupLayout.Detect(CgroupLayout.DefaultRoot, out _)!;
        _paths = new ContainerPaths(SandboxInstance.Of(dataDirectory), runDirectory);
        _launcher = ContainerLaunchers.Choose(launcher, _layout, _paths);
        log ??= NullLogger.Instance;
        _volumes = VolumeChoice.Make(Path.Combine(Path.GetFullPath(dataDirectory), "scratch"), log);
        _scratches = new ScratchStore(_paths, _volumes);
        _egress = new EgressNetwork(_paths.Instance, egress ?? new EgressSettings(EgressPolicies.None), log);
        // In the data directory: /run, where the rest is, is mounted without the right to execute on Debian.
        _init = ContainerInit.IsAvailable ? Path.Combine(Path.GetFullPath(dataDirectory), "sandboxes", "init") : null;
        // A container's first process outlives the launcher that started it. As subreaper we become its parent, and so
        // learn how it ended.
        Libc.Check(Libc.ProcessControl(BecomeSubreaper, 1, 0, 0, 0), "prctl PR_SET_CHILD_SUBREAPER");
    }

    public string Name => "container";

    /// <summary>What makes the containers: <c>own</c> or <c>runc</c>.</summary>
    public string LauncherName => _launcher.Name;

    // The first process hands descriptors on; as process 1 itself a runtime would have the status file as well.
    public IBlankDriver? Blanks => _init is null ? null : this;

    /// <returns>Null where containers can run, or a sentence that says what is missing.</returns>
    public static string? Probe() => ContainerProbe.Missing();

    public Task<ISandbox> StartAsync(SandboxSpec spec, CancellationToken cancellation) =>
        // Off the caller's thread: the steps before the launcher block for a few milliseconds.
        Task.Run<ISandbox>(
            async () => await StartOnPoolAsync(SandboxInstance.NameOf(spec.EnvironmentId), spec.MemoryMib, sandbox => RunAsync(sandbox, spec, cancellation), cancellation),
            cancellation);

    public Task<IBlankSandbox> StartBlankAsync(BlankSpec spec, CancellationToken cancellation) => Task.Run<IBlankSandbox>(
        async () =>
        {
            var sandbox = await StartOnPoolAsync(SandboxInstance.NameOf(new(spec.Name)), spec.MemoryMib, blank => RunBlankAsync(blank, spec, cancellation), cancellation);
            return new ContainerBlank(sandbox, environment => Enter(environment, sandbox));
        },
        cancellation);

    public async Task SweepAsync(CancellationToken cancellation)
    {
        await new ContainerSweep(_paths, _layout).RunAsync(cancellation);
        _volumes.Sweep();
        _egress.Remove();
        lock (_rootGate)
        {
            _rootIsMade = false;
            if (Path.GetDirectoryName(_init) is { } folder && Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<ContainerSandbox> StartOnPoolAsync(string name, int memoryMib, Func<ContainerSandbox, Task> run, CancellationToken cancellation)
    {
        ContainerSandbox? made = null;
        var sandbox = made = new ContainerSandbox(name, memoryMib, _paths, _layout, _scratches, _egress, () => Leave(made!));
        Enter(name, sandbox);
        try
        {
            MakeRoot();
            await RunInPlaceAsync(() => run(sandbox), cancellation);
            cancellation.ThrowIfCancellationRequested();
            return sandbox;
        }
        catch (Exception failure)
        {
            await sandbox.StopAsync(keepScratch: false);
            if (failure is OperationCanceledException or SandboxStartException)
                throw;
            throw new SandboxStartException($"The container could not be made: {failure.Message}", failure);
        }
    }

    private static async Task RunInPlaceAsync(Func<Task> run, CancellationToken cancellation)
    {
        await Places.WaitAsync(cancellation);
        try
        {
            await run();
        }
        finally
        {
            Places.Release();
        }
    }

    // By its own name, and where it was blank by its environment's as well.
    private void Enter(string name, ContainerSandbox sandbox)
    {
        if (!_running.TryAdd(name, sandbox))
            throw new SandboxStartException($"The environment {name} still has a sandbox.");
    }

    private void Leave(ContainerSandbox sandbox)
    {
        foreach (var entry in _running.Where(entry => ReferenceEquals(entry.Value, sandbox)))
            _running.TryRemove(entry);
    }

    private Task RunAsync(ContainerSandbox sandbox, SandboxSpec spec, CancellationToken cancellation) =>
        spec.Image is { } image ? RunImageAsync(sandbox, spec, image, cancellation) : RunPackageAsync(sandbox, spec, cancellation);

    private async Task RunImageAsync(ContainerSandbox sandbox, SandboxSpec spec, SandboxImage image, CancellationToken cancellation)
    {
        var variables = SandboxCommand.Variables(spec.Environment, SandboxRoot.TaskDirectory, SandboxRoot.RuntimeDirectory, NetworkNamespace.RuntimeApiPort);
        var command = new SandboxCommand(spec.Command, image.Root + spec.Command[0], variables);
        using var network = sandbox.Prepare(spec.EphemeralStorageMib);
        sandbox.Serve(spec);
        var settings = new ContainerSettings(
            command, sandbox.MountImage(image.Root), "", TaskIsMountedLater: false, "", sandbox.Scratch.Folder, _init,
            File.Exists(Path.Combine(image.Root, "etc", "resolv.conf")) ? sandbox.ResolvFile : null, // There is no place for it else.
            network.Path, _paths.CgroupOf(sandbox.Name), sandbox.Scratch.FirstId, spec.MemoryMib, _layout.SwapIsCounted, image.WorkingDirectory);
        cancellation.ThrowIfCancellationRequested();
        // By runc: our own launcher makes the root that packages share, and no other.
        var launcher = ContainerLaunchers.Choose("runc", _layout, _paths);
        sandbox.Attach(await launcher.LaunchAsync(sandbox, settings, assignment: null), spec.Output);
    }

    private async Task RunPackageAsync(ContainerSandbox sandbox, SandboxSpec spec, CancellationToken cancellation)
    {
        var command = SandboxCommand.Of(spec, SandboxRoot.TaskDirectory, SandboxRoot.RuntimeDirectory, NetworkNamespace.RuntimeApiPort, SandboxRoot.Has);
        using var network = sandbox.Prepare(spec.EphemeralStorageMib);
        sandbox.Serve(spec);
        var settings = Settings(sandbox, network, command, Path.GetFullPath(spec.TaskDirectory), taskIsMountedLater: false, spec.RuntimeDirectory, spec.MemoryMib);
        cancellation.ThrowIfCancellationRequested();
        sandbox.Attach(await _launcher.LaunchAsync(sandbox, settings, assignment: null), spec.Output);
    }

    private async Task RunBlankAsync(ContainerSandbox sandbox, BlankSpec spec, CancellationToken cancellation)
    {
        var variables = new Dictionary<string, string>(spec.Environment)
        {
            [BlankSpec.AssignmentVariable] = AssignmentPipe.Descriptor.ToString(),
            [SandboxCommand.RuntimeApiVariable] = SandboxCommand.RuntimeApi(NetworkNamespace.RuntimeApiPort),
        };
        var command = SandboxCommand.Of(spec.Command, variables, spec.RuntimeDirectory, SandboxRoot.RuntimeDirectory, SandboxRoot.Has);
        using var network = sandbox.PrepareBlank(Limits.MinEphemeralStorageMib); // The default too: few functions need another.
        var assignment = sandbox.PrepareAssignment();
        var settings = Settings(sandbox, network, command, _paths.LateTask(sandbox.Name), taskIsMountedLater: true, spec.RuntimeDirectory, spec.MemoryMib);
        cancellation.ThrowIfCancellationRequested();
        var signal = new ReadySignal();
        sandbox.Attach(await _launcher.LaunchAsync(sandbox, settings, assignment), signal);
        await sandbox.ReadyAsync(signal, cancellation);
    }

    private ContainerSettings Settings(
        ContainerSandbox sandbox, NetworkNamespace network, SandboxCommand command, string taskDirectory, bool taskIsMountedLater, string runtimeDirectory, int memoryMib) =>
        new(command, _paths.Root, taskDirectory, taskIsMountedLater, Path.GetFullPath(runtimeDirectory), sandbox.Scratch.Folder, _init, sandbox.ResolvFile,
            network.Path, _paths.CgroupOf(sandbox.Name), sandbox.Scratch.FirstId, memoryMib, _layout.SwapIsCounted);

    private void MakeRoot()
    {
        lock (_rootGate)
        {
            if (_rootIsMade)
                return;
            if (Directory.Exists(_paths.Root))
                Directory.Delete(_paths.Root, recursive: true); // Half-made, or of an older version; nothing is mounted in it.
            Directory.CreateDirectory(_paths.Root);
            foreach (var folder in (string[])[Path.GetDirectoryName(_paths.Home)!, _paths.Home])
                MakePassage(folder);
            SandboxRoot.Create(_paths.Root);
            MakePassage(Path.GetDirectoryName(_paths.ImageRoot("any"))!);
            Directory.CreateDirectory(_paths.LateMounts);
            HostMounts.Share(_paths.LateMounts);
            if (_init is not null)
                ContainerInit.Write(_init);
            _rootIsMade = true;
        }
    }

    private static void MakePassage(string folder)
    {
        Directory.CreateDirectory(folder);
        Libc.Check(Libc.ChangeMode(folder, 0x1c9), $"chmod {folder}"); // rwx--x--x: to be passed through, not listed.
    }
}
