using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Hearth.Node.Tests.Runtimes;

/// <summary>One request of a bootstrap, taken to pieces.</summary>
internal sealed record RuntimeRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public bool AsksNext => Method == "GET";

    /// <summary><c>response</c>, <c>error</c> or <c>init/error</c>.</summary>
    public string Kind => Path.EndsWith("init/error", StringComparison.Ordinal) ? "init/error" : Path[(Path.LastIndexOf('/') + 1)..];

    public string? ErrorType => Headers.GetValueOrDefault("lambda-runtime-function-error-type");

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;
}

/// <summary>A Runtime API that does exactly what a test says, one request after the other, on a raw socket.</summary>
internal sealed class ScriptedRuntimeApi : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationToken _deadline;
    private readonly byte[] _buffer = new byte[16 * 1024 * 1024];
    private int _filled;
    private NetworkStream? _connection;

    public ScriptedRuntimeApi(CancellationToken deadline)
    {
        _deadline = deadline;
        _listener.Start();
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>Waits for a bootstrap to connect, or to connect anew.</summary>
    public async Task AcceptAsync()
    {
        HangUp();
        _filled = 0;
        _connection = new NetworkStream(await _listener.AcceptSocketAsync(_deadline), ownsSocket: true);
    }

    /// <exception cref="EndOfStreamException">The bootstrap has closed the connection.</exception>
    public async Task<RuntimeRequest> ReadAsync()
    {
        if (_connection is null)
            await AcceptAsync();
        while (true)
        {
            if (TakeRequest() is { } request)
                return request;
            var count = await _connection!.ReadAsync(_buffer.AsMemory(_filled), _deadline);
            if (count == 0)
                throw new EndOfStreamException("The bootstrap has closed the connection.");
            _filled += count;
        }
    }

    public Task InvocationAsync(string requestId, string payload, params (string Name, string Value)[] headers) =>
        ReplyAsync("200 OK", payload, [("Lambda-Runtime-Aws-Request-Id", requestId), .. headers]);

    public Task AcceptedAsync() => ReplyAsync("202 Accepted", """{"status":"OK"}""");

    public async Task ReplyAsync(string status, string body, params (string Name, string Value)[] headers)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var lines = headers.Append(("Content-Length", bytes.Length.ToString())).Select(header => $"{header.Item1}: {header.Item2}\r\n");
        byte[] reply = [.. Encoding.UTF8.GetBytes($"HTTP/1.1 {status}\r\n{string.Concat(lines)}\r\n"), .. bytes];
        await SendAsync(reply);
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _connection!.WriteAsync(bytes, _deadline);

    public void HangUp()
    {
        _connection?.Dispose();
        _connection = null;
    }

    public ValueTask DisposeAsync()
    {
        HangUp();
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }

    private RuntimeRequest? TakeRequest()
    {
        var received = _buffer.AsSpan(0, _filled);
        var end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return null;
        var lines = Encoding.UTF8.GetString(received[..end]).Split("\r\n");
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2))
            .ToDictionary(parts => parts[0].ToLowerInvariant(), parts => parts[1]);
        var start = end + 4;
        var stop = start + int.Parse(headers.GetValueOrDefault("content-length", "0"));
        if (_filled < stop)
            return null;
        var body = Encoding.UTF8.GetString(received[start..stop]);
        received[stop..].CopyTo(_buffer);
        _filled -= stop;
        var first = lines[0].Split(' ');
        return new RuntimeRequest(first[0], first[1], headers, body);
    }
}
