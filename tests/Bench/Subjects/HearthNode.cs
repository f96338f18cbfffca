using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Bench.Measuring;

namespace Bench.Subjects;

/// <summary>A node of its own data directory and port, and the calls of the Lambda API that the bench makes.</summary>
internal sealed class HearthNode : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60), StopDeadline = TimeSpan.FromSeconds(45);

    private readonly Process _process;
    private readonly string _folder;
    private readonly HttpClient _client;
    private readonly Dictionary<Language, string> _runtimes = [];

    private HearthNode(NodeKind kind, Process process, string folder, Uri address)
    {
        Kind = kind;
        _process = process;
        _folder = folder;
        _client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
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

    public Uri InvokeAddress(string function) => new(_client.BaseAddress!, $"2015-03-31/functions/{function}/invocations");

    /// <summary>Creates a function and waits until it is Active.</summary>
    /// <param name="mark">Functions of one mark have the same code; null for code of its own.</param>
    public async Task CreateAsync(string name, Language language, string handler, int memoryMib, CancellationToken cancellation, int timeoutSeconds = 30, string? mark = null)
    {
        var request = new
        {
            FunctionName = name,
            Runtime = _runtimes[language],
            Role = "arn:aws:iam::000000000000:role/bench",
            Handler = handler,
            MemorySize = memoryMib,
            Timeout = timeoutSeconds,
            Code = new { ZipFile = language.Package(mark ?? name) },
        };
        using var created = await _client.PostAsJsonAsync("2015-03-31/functions", request, new JsonSerializerOptions(), cancellation);
        if (!created.IsSuccessStatusCode)
            throw new BenchException($"CreateFunction {name}: {(int)created.StatusCode} {await created.Content.ReadAsStringAsync(cancellation)}");
        await SettledAsync(name, "State", "Active", cancellation);
    }

    /// <summary>Whether this machine has what the language takes.</summary>
    public bool Serves(Language language) => _runtimes.ContainsKey(language);

    /// <summary>Changes a function, so that its environments end, and waits until the change holds.</summary>
    public async Task UpdateAsync(string name, string description, CancellationToken cancellation)
    {
        using var updated = await _client.PutAsJsonAsync($"2015-03-31/functions/{name}/configuration", new { Description = description }, new JsonSerializerOptions(), cancellation);
        if (!updated.IsSuccessStatusCode)
            throw new BenchException($"UpdateFunctionConfiguration {name}: {(int)updated.StatusCode} {await updated.Content.ReadAsStringAsync(cancellation)}");
        await SettledAsync(name, "LastUpdateStatus", "Successful", cancellation);
    }

    public async Task DeleteAsync(string name, CancellationToken cancellation)
    {
        using var deleted = await _client.DeleteAsync($"2015-03-31/functions/{name}", cancellation);
        if (!deleted.IsSuccessStatusCode)
            throw new BenchException($"DeleteFunction {name}: {(int)deleted.StatusCode} {await deleted.Content.ReadAsStringAsync(cancellation)}");
    }

    public async Task<NodeMetrics> MetricsAsync(CancellationToken cancellation) => new(await _client.GetStringAsync("metrics", cancellation));

    /// <summary>What the node's own process takes.</summary>
    public NodeMemory Memory() => new(EnvironmentMemory.ResidentBytes(ProcessId) / 1_048_576.0, EnvironmentMemory.PssBytes(ProcessId) / 1_048_576.0);

    /// <summary>Waits until a sandbox waits for a function of the language and size; returns at once where the node keeps none.</summary>
    public async Task BlankReadyAsync(Language language, int memoryMib, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        while (Kind.KeepsBlanks && !await IsBlankReadyAsync(_runtimes[language], memoryMib, cancellation))
        {
            if (Stopwatch.GetElapsedTime(start) > StartDeadline)
                throw new BenchException($"no blank sandbox of {_runtimes[language]} came\n{LogTail()}");
            await Task.Delay(5, cancellation);
        }
    }

    private async Task<bool> IsBlankReadyAsync(string runtime, int memoryMib, CancellationToken cancellation)
    {
        using var listed = JsonDocument.Parse(await _client.GetByteArrayAsync("hearth/v1/blanks", cancellation));
        return listed.RootElement.GetProperty("Blanks").EnumerateArray()
            .Any(blank => blank.GetProperty("Runtime").GetString() == runtime && blank.GetProperty("Ready").GetInt32() > 0
                && (!blank.TryGetProperty("MemoryMib", out var size) || size.ValueKind == JsonValueKind.Null || size.GetInt32() == memoryMib));
    }

    /// <summary>Invokes a function; false where it fails.</summary>
    /// <exception cref="BenchException">The answer is not 200.</exception>
    public async Task<bool> IsAnsweredAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken cancellation) =>
        !(await InvokeAnyAsync(name, payload, cancellation)).Failed;

    /// <summary>Invokes a function and returns what it returned.</summary>
    /// <exception cref="BenchException">The answer is not 200, or the function failed.</exception>
    public async Task<byte[]> InvokeAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        var (body, failed) = await InvokeAnyAsync(name, payload, cancellation);
        return failed ? throw new BenchException($"{name} ({Kind.Name}) failed: {System.Text.Encoding.UTF8.GetString(body)}\n{LogTail()}") : body;
    }

    private async Task<(byte[] Body, bool Failed)> InvokeAnyAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        using var content = new ReadOnlyMemoryContent(payload);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await _client.PostAsync(InvokeAddress(name), content, cancellation);
        var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
        if (!answer.IsSuccessStatusCode)
            throw new BenchException($"invoking {name} ({Kind.Name}): {(int)answer.StatusCode} {System.Text.Encoding.UTF8.GetString(body)}\n{LogTail()}");
        return (body, answer.Headers.Contains("X-Amz-Function-Error"));
    }

    /// <summary>Ends the node as an operator does, by SIGTERM, and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
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

    private async Task SettledAsync(string name, string member, string wanted, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        while (await StateAsync(name, member, cancellation) is var state && state != wanted)
        {
            if (state == "Failed" || Stopwatch.GetElapsedTime(start) > StartDeadline)
                throw new BenchException($"function {name} is {state}\n{LogTail()}");
            await Task.Delay(20, cancellation);
        }
    }

    private async Task<string?> StateAsync(string name, string member, CancellationToken cancellation)
    {
        using var configuration = JsonDocument.Parse(await _client.GetByteArrayAsync($"2015-03-31/functions/{name}/configuration", cancellation));
        return configuration.RootElement.GetProperty(member).GetString();
    }

    /// <summary>Takes the identifier of the version that the machine has, else the last that the node serves.</summary>
    private async Task FindRuntimesAsync(CancellationToken cancellation)
    {
        var listed = await _client.GetStringAsync("hearth/v1/runtimes", cancellation);
        foreach (var language in Language.All)
        {
            var served = language.Identifiers.Matches(listed).Select(match => match.Value).Distinct().ToList();
            if (served.Count == 0 || !File.Exists(language.Interpreter))
            {
                Console.Error.WriteLine($"without {language.Name}: the node ({Kind.Name}) does not serve it, or there is no {language.Interpreter}");
                continue;
            }

            await language.CompileAsync(cancellation);
            var own = await language.OwnIdentifierAsync(cancellation);
            _runtimes[language] = served.Contains(own) ? own : served[^1];
        }
    }

    private string LogTail()
    {
        var log = Path.Combine(_folder, "node.log");
        return File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(20)) : "";
    }
}

/// <param name="ResidentMib">Pages in memory, shared ones counted in full.</param>
/// <param name="PssMib">Shared ones counted in proportion.</param>
internal sealed record NodeMemory(double ResidentMib, double PssMib);
