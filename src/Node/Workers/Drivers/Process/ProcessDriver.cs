using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Process;

/// <summary>
/// Runs each sandbox as a plain child process in a session of its own: for a laptop without root. It isolates nothing:
/// a function has the node's user, files and network, and neither its memory nor its CPU is limited.
/// </summary>
internal sealed class ProcessDriver(string dataDirectory) : ISandboxDriver
{
    public const string ImageRefusal = "PackageType Image needs containers, which this node has not: it runs with --sandbox process.";

    private readonly string _instance = SandboxInstance.Of(dataDirectory);
    private readonly string _home = Path.Combine(Path.GetFullPath(dataDirectory), "sandboxes");
    private readonly ConcurrentDictionary<string, ProcessSandbox> _running = new();
    private readonly ConcurrentDictionary<string, ProcessSandbox> _scratchOwners = new();

    public string Name => "process";

    public IBlankDriver? Blanks => null;

    public Task<ISandbox> StartAsync(SandboxSpec spec, CancellationToken cancellation) =>
        Task.Run(() => StartOnPoolAsync(spec, cancellation), cancellation);

    public async Task SweepAsync(CancellationToken cancellation)
    {
        await MarkedProcesses.KillAsync(MarkedProcesses.InstanceVariable, _instance, session: null, cancellation);
        if (Directory.Exists(_home))
            Directory.Delete(_home, recursive: true);
    }

    private async Task<ISandbox> StartOnPoolAsync(SandboxSpec spec, CancellationToken cancellation)
    {
        if (spec.Image is not null)
            throw new SandboxStartException(ImageRefusal);
        var name = SandboxInstance.NameOf(spec.EnvironmentId);
        var sandbox = new ProcessSandbox(spec, Path.Combine(_home, name), () => _running.TryRemove(name, out _), owner => RemoveScratch(name, owner));
        if (!_running.TryAdd(name, sandbox))
            throw new SandboxStartException($"The environment {name} still has a sandbox.");
        _scratchOwners[name] = sandbox;
        try
        {
            Run(sandbox, spec, name);
            cancellation.ThrowIfCancellationRequested();
            return sandbox;
        }
        catch (Exception failure)
        {
            await sandbox.StopAsync(keepScratch: false);
            if (failure is OperationCanceledException or SandboxStartException)
                throw;
            throw new SandboxStartException($"The process could not be started: {failure.Message}", failure);
        }
    }

    private void Run(ProcessSandbox sandbox, SandboxSpec spec, string name)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        sandbox.Prepare(listener);
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        spec.ServeRuntimeApi(listener);
        var command = SandboxCommand.Of(spec, Path.GetFullPath(spec.TaskDirectory), Path.GetFullPath(spec.RuntimeDirectory), port, isVisible: _ => true);
        var environment = new Dictionary<string, string>(command.Environment)
        {
            ["TMPDIR"] = sandbox.Scratch,
            [MarkedProcesses.InstanceVariable] = _instance,
            [MarkedProcesses.EnvironmentVariable] = name,
        };
        sandbox.Attach(name, Spawn.Start(command.ProgramHere, command.Arguments, environment, Path.GetFullPath(spec.TaskDirectory), sandbox.OutputPath));
    }

    private void RemoveScratch(string name, ProcessSandbox owner)
    {
        if (_scratchOwners.TryRemove(new KeyValuePair<string, ProcessSandbox>(name, owner)) && Directory.Exists(owner.Home))
            Directory.Delete(owner.Home, recursive: true);
    }
}
