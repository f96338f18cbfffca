using System.Diagnostics;
using System.Text.Json;
using Bench.Measuring;

namespace Bench.Subjects;

/// <summary>A node of its own data directory and port, started and ended by the bench.</summary>
internal sealed class HearthNode : HearthApi, IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60), StopDeadline = TimeSpan.FromSeconds(45);

    private readonly Process _process;
    private readonly string _folder;

    private HearthNode(NodeKind kind, Process process, string folder, Uri address)
        : base(kind.Name, address, TimeSpan.FromSeconds(60))
    {
        Kind = kind;
        _process = process;
        _folder = folder;
    }

    public NodeKind Kind { get; }

    public int ProcessId => _process.Id;

    public string DataDirectory => Path.Combine(_folder, "data");

    public static async Task<HearthNode> StartAsync(BenchOptions options, NodeKind kind, CancellationToken cancellation)
    {
        if (!File.Exists(options.Node))
            throw new BenchException($"{options.Node} is not there: run deploy/build.sh first");
        var folder = Directory.CreateTempSubdirectory("hearth-bench-").FullName;
        var address = new Uri($"http://127.0.0.1:{Programs.FreePort()}/");
        // The shell only sends the node's output to a file and becomes the node.
        string[] command =
        [
            "sh", "-c", "log=$1; shift; exec \"$@\" > \"$log\" 2>&1", "sh", Path.Combine(folder, "node.log"),
            Path.GetFullPath(options.Node), "--data", Path.Combine(folder, "data"), "--http", address.Authority, "--sandbox", kind.Driver, .. kind.Options,
        ];
        if (options.Pin)
            command = ["taskset", "-c", "1", .. command];
        var node = new HearthNode(kind, Programs.Start(command[0], command[1..], redirect: false), folder, address);
        try
        {
            await Programs.WaitForAsync(new Uri(address, "readyz"), node._process, StartDeadline, cancellation);
            await node.FindRuntimesAsync(cancellation);
            return node;
        }
        catch (Exception failure)
        {
            var log = node.LogTail();
            await node.DisposeAsync();
            if (failure is BenchException)
                throw new BenchException($"the node ({kind.Name}) did not start: {failure.Message}\n{log}", failure);
            throw;
        }
    }

    /// <summary>What the node's own process takes.</summary>
    public NodeMemory Memory() => new(EnvironmentMemory.ResidentBytes(ProcessId) / 1_048_576.0, EnvironmentMemory.PssBytes(ProcessId) / 1_048_576.0);

    /// <summary>Waits until a sandbox waits for a function of the language and size; returns at once where the node keeps none.</summary>
    public async Task BlankReadyAsync(Language language, int memoryMib, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        while (Kind.KeepsBlanks && !await IsBlankReadyAsync(Runtimes[language], memoryMib, cancellation))
        {
            if (Stopwatch.GetElapsedTime(start) > StartDeadline)
                throw new BenchException($"no blank sandbox of {Runtimes[language]} came\n{LogTail()}");
            await Task.Delay(5, cancellation);
        }
    }

    private async Task<bool> IsBlankReadyAsync(string runtime, int memoryMib, CancellationToken cancellation)
    {
        using var listed = JsonDocument.Parse(await Client.GetByteArrayAsync("hearth/v1/blanks", cancellation));
        return listed.RootElement.GetProperty("Blanks").EnumerateArray()
            .Any(blank => blank.GetProperty("Runtime").GetString() == runtime && blank.GetProperty("Ready").GetInt32() > 0
                && (!blank.TryGetProperty("MemoryMib", out var size) || size.ValueKind == JsonValueKind.Null || size.GetInt32() == memoryMib));
    }

    /// <summary>Ends the node as an operator does, by SIGTERM, and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        if (!_process.HasExited)
        {
            await Programs.RunAsync("kill", ["-TERM", $"{_process.Id}"], CancellationToken.None);
            using var deadline = new CancellationTokenSource(StopDeadline);
            try
            {
                await _process.WaitForExitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                Console.Error.WriteLine($"the node ({Kind.Name}) did not end within {StopDeadline.TotalSeconds:0} s and is killed");
                _process.Kill(entireProcessTree: true);
            }
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    protected override string LogTail()
    {
        var log = Path.Combine(_folder, "node.log");
        return File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(20)) : "";
    }
}

/// <param name="ResidentMib">Pages in memory, shared ones counted in full.</param>
/// <param name="PssMib">Shared ones counted in proportion.</param>
internal sealed record NodeMemory(double ResidentMib, double PssMib);
