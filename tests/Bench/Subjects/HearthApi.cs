using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Bench.Measuring;

namespace Bench.Subjects;

/// <summary>A node that runs, and the calls of its API that the bench makes.</summary>
/// <param name="name">As messages call it.</param>
internal class HearthApi(string name, Uri address, TimeSpan patience) : IDisposable
{
    private static readonly TimeSpan SettleDeadline = TimeSpan.FromSeconds(60);

    public string Name => name;

    public Uri Address => address;

    protected HttpClient Client { get; } = new() { BaseAddress = address, Timeout = patience };

    /// <summary>What the node serves, by language.</summary>
    protected Dictionary<Language, string> Runtimes { get; } = [];

    public Uri InvokeAddress(string function) => new(Address, $"2015-03-31/functions/{function}/invocations");

    public Uri StreamAddress(string function) => new(Address, $"2021-11-15/functions/{function}/response-streaming-invocations");

    /// <summary>Creates a function and waits until it is Active.</summary>
    /// <param name="mark">Functions of one mark have the same code; null for code of its own.</param>
    public async Task CreateAsync(string name, Language language, string handler, int memoryMib, CancellationToken cancellation, int timeoutSeconds = 30, string? mark = null)
    {
        await RegisterAsync(name, language, handler, memoryMib, cancellation, timeoutSeconds, mark);
        await SettledAsync(name, "State", "Active", cancellation);
    }

    /// <summary>Creates a function, which becomes Active a little later.</summary>
    public async Task RegisterAsync(string name, Language language, string handler, int memoryMib, CancellationToken cancellation, int timeoutSeconds = 30, string? mark = null)
    {
        var request = new
        {
            FunctionName = name,
            Runtime = Runtimes[language],
            Role = "arn:aws:iam::000000000000:role/bench",
            Handler = handler,
            MemorySize = memoryMib,
            Timeout = timeoutSeconds,
            Code = new { ZipFile = language.Package(mark ?? name) },
        };
        using var created = await Client.PostAsJsonAsync("2015-03-31/functions", request, new JsonSerializerOptions(), cancellation);
        if (!created.IsSuccessStatusCode)
            throw new BenchException($"CreateFunction {name}: {(int)created.StatusCode} {await created.Content.ReadAsStringAsync(cancellation)}");
    }

    /// <summary>One page of the functions' list: their names, and the marker of the next; and how many of them are Active.</summary>
    public async Task<FunctionPage> ListAsync(string? marker, CancellationToken cancellation)
    {
        var query = marker is null ? "" : $"?Marker={Uri.EscapeDataString(marker)}";
        using var page = JsonDocument.Parse(await Client.GetByteArrayAsync($"2015-03-31/functions{query}", cancellation));
        var functions = page.RootElement.GetProperty("Functions").EnumerateArray().ToList();
        var next = page.RootElement.TryGetProperty("NextMarker", out var text) ? text.GetString() : null;
        return new FunctionPage(
            [.. functions.Select(function => function.GetProperty("FunctionName").GetString()!)], next,
            functions.Count(function => function.GetProperty("State").GetString() == "Active"));
    }

    /// <summary>Reads a function's configuration, which wakes its actor.</summary>
    public async Task WakeAsync(string name, CancellationToken cancellation) =>
        await Client.GetByteArrayAsync($"2015-03-31/functions/{name}/configuration", cancellation);

    /// <summary>The nodes that a function's environments are on.</summary>
    public async Task<IReadOnlyList<string>> HomesAsync(string name, CancellationToken cancellation)
    {
        using var listed = JsonDocument.Parse(await Client.GetByteArrayAsync($"hearth/v1/environments?function={name}", cancellation));
        return [.. listed.RootElement.GetProperty("Environments").EnumerateArray().Select(environment => environment.GetProperty("NodeId").GetString()!)];
    }

    /// <summary>The address, in its cluster, of the node that has a function's actor.</summary>
    public async Task<string> OwnerAsync(string name, CancellationToken cancellation)
    {
        using var located = JsonDocument.Parse(await Client.GetByteArrayAsync($"hearth/v1/sharding/locate?function={name}", cancellation));
        return located.RootElement.GetProperty(nameof(Address)).GetString() ?? throw new BenchException($"no node has the shard of {name}");
    }

    /// <summary>Whether this machine has what the language takes.</summary>
    public bool Serves(Language language) => Runtimes.ContainsKey(language);

    /// <summary>Changes a function, so that its environments end, and waits until the change holds.</summary>
    public async Task UpdateAsync(string name, string description, CancellationToken cancellation)
    {
        using var updated = await Client.PutAsJsonAsync($"2015-03-31/functions/{name}/configuration", new { Description = description }, new JsonSerializerOptions(), cancellation);
        if (!updated.IsSuccessStatusCode)
            throw new BenchException($"UpdateFunctionConfiguration {name}: {(int)updated.StatusCode} {await updated.Content.ReadAsStringAsync(cancellation)}");
        await SettledAsync(name, "LastUpdateStatus", "Successful", cancellation);
    }

    public async Task DeleteAsync(string name, CancellationToken cancellation)
    {
        using var deleted = await Client.DeleteAsync($"2015-03-31/functions/{name}", cancellation);
        if (!deleted.IsSuccessStatusCode)
            throw new BenchException($"DeleteFunction {name}: {(int)deleted.StatusCode} {await deleted.Content.ReadAsStringAsync(cancellation)}");
    }

    public async Task<NodeMetrics> MetricsAsync(CancellationToken cancellation) => new(await Client.GetStringAsync("metrics", cancellation));

    /// <summary>Invokes a function; false where it fails.</summary>
    /// <exception cref="BenchException">The answer is not 200.</exception>
    public async Task<bool> IsAnsweredAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken cancellation) =>
        !(await InvokeAnyAsync(name, payload, cancellation)).Failed;

    /// <summary>Invokes a function and returns what it returned.</summary>
    /// <exception cref="BenchException">The answer is not 200, or the function failed.</exception>
    public async Task<byte[]> InvokeAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        var (body, failed) = await InvokeAnyAsync(name, payload, cancellation);
        return failed ? throw new BenchException($"{name} ({Name}) failed: {System.Text.Encoding.UTF8.GetString(body)}\n{LogTail()}") : body;
    }

    private async Task<(byte[] Body, bool Failed)> InvokeAnyAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        using var content = new ReadOnlyMemoryContent(payload);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await Client.PostAsync(InvokeAddress(name), content, cancellation);
        var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
        if (!answer.IsSuccessStatusCode)
            throw new BenchException($"invoking {name} ({Name}): {(int)answer.StatusCode} {System.Text.Encoding.UTF8.GetString(body)}\n{LogTail()}");
        return (body, answer.Headers.Contains("X-Amz-Function-Error"));
    }

    private async Task SettledAsync(string name, string member, string wanted, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        while (await StateAsync(name, member, cancellation) is var state && state != wanted)
        {
            if (state == "Failed" || Stopwatch.GetElapsedTime(start) > SettleDeadline)
                throw new BenchException($"function {name} is {state}\n{LogTail()}");
            await Task.Delay(20, cancellation);
        }
    }

    private async Task<string?> StateAsync(string name, string member, CancellationToken cancellation)
    {
        using var configuration = JsonDocument.Parse(await Client.GetByteArrayAsync($"2015-03-31/functions/{name}/configuration", cancellation));
        return configuration.RootElement.GetProperty(member).GetString();
    }

    /// <summary>Takes the identifier of the version that the machine has, else the last that the node serves.</summary>
    public async Task FindRuntimesAsync(CancellationToken cancellation)
    {
        var listed = await Client.GetStringAsync("hearth/v1/runtimes", cancellation);
        foreach (var language in Language.All)
        {
            var served = language.Identifiers.Matches(listed).Select(match => match.Value).Distinct().ToList();
            if (served.Count == 0 || !File.Exists(language.Interpreter))
            {
                Console.Error.WriteLine($"without {language.Name}: the node ({Name}) does not serve it, or there is no {language.Interpreter}");
                continue;
            }

            await language.CompileAsync(cancellation);
            var own = await language.OwnIdentifierAsync(cancellation);
            Runtimes[language] = served.Contains(own) ? own : served[^1];
        }
    }

    /// <summary>The end of the node's log.</summary>
    protected virtual string LogTail() => "";

    public void Dispose() => Client.Dispose();
}

/// <param name="Next">The marker of the page that follows; null on the last.</param>
internal sealed record FunctionPage(IReadOnlyList<string> Names, string? Next, int Active);
