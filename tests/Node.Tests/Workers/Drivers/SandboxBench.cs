using System.Net.Sockets;
using System.Text;
using Hearth.Contracts.Environments;
using Hearth.Node.Workers.Drivers;

namespace Hearth.Node.Tests.Workers.Drivers;

/// <summary>A driver on a data directory of its own, and the means to start small programs in it.</summary>
internal sealed class SandboxBench
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly Func<string, ISandboxDriver> _create;
    private readonly List<ISandbox> _started = [];
    private int _programs;

    public SandboxBench(Func<string, ISandboxDriver> create)
    {
        _create = create;
        // As restrictive as a private home: the sandbox's users may not pass through it on their own.
        Data = Directory.CreateTempSubdirectory("hearth-drivers-").FullName;
        RuntimeDirectory = Directory.CreateDirectory(Path.Combine(Data, "runtime")).FullName;
        Driver = create(Data);
    }

    public string Data { get; }

    public string RuntimeDirectory { get; }

    public ISandboxDriver Driver { get; }

    /// <summary>Another driver on the same data directory, as a node started after a crash has.</summary>
    public ISandboxDriver CreateSuccessor() => _create(Data);

    public static EnvironmentId NewId() => new(Guid.NewGuid().ToString("N"));

    /// <summary>A package of one file, run by <paramref name="interpreter"/>.</summary>
    public SandboxSpec Spec(string interpreter, string program, CollectingOutput? output = null, EnvironmentId? id = null)
    {
        var task = Directory.CreateDirectory(Path.Combine(Data, $"package-{Interlocked.Increment(ref _programs)}")).FullName;
        File.WriteAllText(Path.Combine(task, "program"), program);
        return new SandboxSpec(
            id ?? NewId(), [interpreter, "{task}/program"], new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["GREETING"] = "hé llo" },
            task, RuntimeDirectory, MemoryMib: 512, EphemeralStorageMib: 512, output ?? new CollectingOutput(), _ => { });
    }

    public async Task<ISandbox> StartAsync(SandboxSpec spec, CancellationToken cancellation = default)
    {
        var sandbox = await Driver.StartAsync(spec, cancellation);
        lock (_started)
            _started.Add(sandbox);
        return sandbox;
    }

    /// <summary>Runs a program to its end, and removes it.</summary>
    public async Task<(SandboxExit Exit, string Text)> RunAsync(string interpreter, string program, Func<SandboxSpec, SandboxSpec>? change = null)
    {
        var output = new CollectingOutput();
        var spec = Spec(interpreter, program, output);
        var sandbox = await StartAsync(change?.Invoke(spec) ?? spec);
        var exit = await sandbox.Exited.WaitAsync(Deadline);
        await sandbox.StopAsync(keepScratch: false);
        return (exit, output.Text);
    }

    /// <summary>Answers every request on a Runtime API listener with 200 and <paramref name="body"/>.</summary>
    public static Action<Socket> Answer(string body) => listener => _ = Task.Run(async () =>
    {
        try
        {
            while (true)
            {
                using var connection = await listener.AcceptAsync();
                await connection.ReceiveAsync(new byte[4096]);
                await connection.SendAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
                connection.Shutdown(SocketShutdown.Both);
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
        }
    });

    public async Task RemoveAsync()
    {
        foreach (var sandbox in _started)
            await sandbox.StopAsync(keepScratch: false);
        await Driver.SweepAsync(default);
        Directory.Delete(Data, recursive: true);
    }
}
