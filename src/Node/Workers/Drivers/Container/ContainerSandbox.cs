using System.Net.Sockets;
using Hearth.Node.Workers.Drivers.Container.Network;
using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>
/// One container and everything made for it. The driver fills it step by step; whatever has been made by then,
/// <see cref="StopAsync"/> takes away.
/// </summary>
internal sealed class ContainerSandbox(
    string name, int memoryMib, ContainerPaths paths, CgroupLayout layout, ScratchStore scratches, EgressNetwork egress, Action onStopped) : ISandbox
{
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(10), ReadyDeadline = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource<SandboxExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private OutputPipe? _output;
    private Scratch? _scratch;
    private Socket? _listener;
    private SandboxCgroup? _cgroup;
    private ChildProcess? _init;
    private Task? _stopped;
    private AssignmentPipe? _assignment;
    private string? _image;
    private SandboxNetwork? _network;
    private int _memoryMib = memoryMib;

    // The environment that a blank sandbox was given to.
    private string? _assignedTo;

    public string Name => name;

    public string Bundle { get; } = paths.Bundle(name);

    /// <summary>Where the container's first process writes how the runtime ended.</summary>
    public string StatusFile => Path.Combine(Bundle, "status");

    /// <summary>What the container has for its /etc/resolv.conf; null for the root's own, which names nobody.</summary>
    public string? ResolvFile { get; private set; }

    public OutputPipe Output => _output!;

    public Scratch Scratch => _scratch!;

    /// <summary>The first process's number on this machine.</summary>
    public int Pid => _init!.Pid;

    public Task<SandboxExit> Exited => _exited.Task;

    public long PeakMemoryBytes => _cgroup!.PeakMemoryBytes;

    public bool OutOfMemory => _cgroup!.OutOfMemory;

    /// <summary>Makes folders, /tmp, the output pipe and the network.</summary>
    /// <returns>The network namespace, to be let go once the container is in it.</returns>
    public NetworkNamespace Prepare(int ephemeralStorageMib) => PrepareWith(paths.Scratch(name), ephemeralStorageMib);

    /// <summary>The same for a sandbox that starts blank, whose function may need a larger /tmp.</summary>
    public NetworkNamespace PrepareBlank(int ephemeralStorageMib) => PrepareWith(paths.LateScratch(name), ephemeralStorageMib);

    /// <summary>Makes what its function will come by: the place for its package, and the pipe for its variables.</summary>
    public AssignmentPipe PrepareAssignment()
    {
        Directory.CreateDirectory(paths.LateTask(name));
        MakeResolvFile(); // Filled, where its function is granted a network.
        return _assignment = AssignmentPipe.Create(Path.Combine(Bundle, "assignment"));
    }

    /// <summary>Mounts the image that it runs, read-only, where root inside of it can reach it.</summary>
    /// <returns>Where.</returns>
    public string MountImage(string root)
    {
        var place = paths.ImageRoot(name);
        Directory.CreateDirectory(place);
        _image = place;
        HostMounts.BindReadOnly(Path.GetFullPath(root), place);
        return place;
    }

    /// <summary>Connects it to the network its function is granted, and has its Runtime API served.</summary>
    public void Serve(SandboxSpec spec)
    {
        if (egress.IsGranted(spec.FunctionName))
        {
            if (ResolvFile is null)
                MakeResolvFile();
            _network = egress.Attach(spec.FunctionName, _listener!, ResolvFile!);
        }

        spec.ServeRuntimeApi(_listener!);
    }

    /// <summary>The container runs: its output is forwarded and its exit is watched from here on, in this order, as it may have ended.</summary>
    public void Attach(int pid, ISandboxOutput output)
    {
        _cgroup = SandboxCgroup.Open(layout, paths.CgroupOf(name));
        _output!.ForwardTo(output);
        _init = ChildProcess.Watch(pid, _output.Drain);
        _ = ReportExitAsync(_init, _cgroup);
    }

    /// <summary>Waits until a blank sandbox's runtime is ready for its function.</summary>
    /// <exception cref="SandboxStartException">It has ended, or was not ready within 30 seconds.</exception>
    public async Task ReadyAsync(ReadySignal signal, CancellationToken cancellation)
    {
        try
        {
            if (await Task.WhenAny(signal.Ready, Exited).WaitAsync(ReadyDeadline, cancellation) != signal.Ready)
                throw new SandboxStartException($"The blank runtime ended: {Exited.Result}. {signal.Text}");
        }
        catch (TimeoutException late)
        {
            throw new SandboxStartException($"The blank runtime was not ready within {ReadyDeadline.TotalSeconds} s. {signal.Text}", late);
        }
    }

    /// <summary>Gives a blank sandbox its function. The variables go last: on them the runtime begins.</summary>
    public void Assign(SandboxSpec spec)
    {
        var environment = SandboxInstance.NameOf(spec.EnvironmentId);
        _assignedTo = environment; // First: by it the scratch is removed, should its size be refused.
        scratches.Assign(name, environment, spec.EphemeralStorageMib);
        HostMounts.BindReadOnly(Path.GetFullPath(spec.TaskDirectory), paths.LateTask(name));
        _cgroup!.Resize(_memoryMib, spec.MemoryMib);
        _memoryMib = spec.MemoryMib;
        Serve(spec);
        _output!.ForwardTo(spec.Output);
        _assignment!.Send(SandboxCommand.Variables(spec.Environment, SandboxRoot.TaskDirectory, SandboxRoot.RuntimeDirectory, NetworkNamespace.RuntimeApiPort));
    }

    public void DrainOutput() => _output!.Drain();

    public void Freeze() => _cgroup!.SetFrozen(true);

    public void Thaw() => _cgroup!.SetFrozen(false);

    public void ApplyCpuShare() => _cgroup!.SetQuota(SandboxCgroup.Quota(_memoryMib));

    public async Task StopAsync(bool keepScratch)
    {
        Task stopped;
        lock (_gate)
            stopped = _stopped is { IsFaulted: false, IsCanceled: false } ? _stopped : _stopped = StopOnceAsync(); // A failed one is tried again.
        await stopped;
        if (!keepScratch)
            scratches.Remove(_assignedTo ?? name, this);
    }

    private async Task ReportExitAsync(ChildProcess init, SandboxCgroup cgroup)
    {
        var first = await init.Exited;
        var (status, execError) = ContainerInit.Parse(File.Exists(StatusFile) ? File.ReadAllBytes(StatusFile) : [], first);
        // Rare: what can be known beforehand was a failed start. A program whose loader is missing comes here.
        if (execError is { } error)
            _output!.Report($"The runtime's program could not be executed: {Libc.Describe(error)}");
        _exited.SetResult(new SandboxExit(status.ExitCode, status.Signal, cgroup.OutOfMemory));
    }

    private async Task StopOnceAsync()
    {
        using var deadline = new CancellationTokenSource(StopDeadline);
        try
        {
            if (_init is not null)
            {
                _cgroup!.SetFrozen(false); // A frozen process of v1 does not even die.
                // The first process of a pid namespace takes every other one with it, and ends after them.
                _init.Kill();
                await _exited.Task.WaitAsync(StopDeadline);
            }

            _network?.Dispose();
            _output?.Drain();
            _cgroup?.Dispose();
            await CgroupRemoval.KillAndRemoveAsync(layout, paths.CgroupOf(name), deadline.Token);
            DeleteFolder(Path.Combine(paths.RuncState, name));
            if (_assignment is not null)
                RemoveMount(paths.LateTask(name));
            if (_image is not null)
                RemoveMount(_image);
        }
        finally
        {
            _assignment?.Dispose();
            _output?.Close();
            _listener?.Dispose();
            DeleteFolder(Bundle);
        }

        onStopped(); // Not after a failure: the environment's next sandbox must not meet this one alive.
    }

    private NetworkNamespace PrepareWith(string scratchFolder, int ephemeralStorageMib)
    {
        if (!OperatingSystem.IsWindows())
            Directory.CreateDirectory(Bundle, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _scratch = scratches.Take(name, scratchFolder, ephemeralStorageMib, this);
        _output = OutputPipe.Create(Path.Combine(Bundle, "output"));
        var network = NetworkNamespace.Create();
        _listener = network.Listener;
        return network;
    }

    private void MakeResolvFile()
    {
        ResolvFile = Path.Combine(Bundle, "resolv.conf");
        File.WriteAllBytes(ResolvFile, []);
        Libc.Check(Libc.ChangeMode(ResolvFile, 0x1a4), $"chmod {ResolvFile}"); // rw-r--r--, whatever the node's umask.
    }

    private static void RemoveMount(string place)
    {
        HostMounts.Unmount(place);
        if (Directory.Exists(place))
            Directory.Delete(place); // Not recursive: were something still mounted, this fails and harms nothing.
    }

    private static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
