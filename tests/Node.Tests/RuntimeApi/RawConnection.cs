using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Hearth.Node.Tests.Support;

namespace Hearth.Node.Tests.RuntimeApi;

internal sealed record RawResponse(int Status, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>HTTP as bytes: what is sent is what the test says.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly NetworkStream _stream;

    private RawConnection(EndPoint server)
    {
        _socket.Connect(server);
        _stream = new NetworkStream(_socket);
    }

    public static RawConnection To(EndPoint server) => new(server);

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes);

    public Task GetNextAsync() => SendAsync(Next);

    public static string Next => "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n";

    public static string Post(string path, string body, string headers = "") =>
        $"POST /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    public async Task<RawResponse> ReceiveAsync()
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var status = await ReadLineAsync(late.Token);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await ReadLineAsync(late.Token) is { Length: > 0 } line)
            headers[line.Split(": ", 2)[0]] = line.Split(": ", 2)[1];
        var body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture)];
        await _stream.ReadExactlyAsync(body, late.Token);
        return new RawResponse(int.Parse(status.Split(' ')[1], CultureInfo.InvariantCulture), headers, Encoding.UTF8.GetString(body));
    }

    /// <summary>Waits until the server has closed the connection; what it sends before is passed over.</summary>
    public async Task ExpectClosedAsync()
    {
        try
        {
            var buffer = new byte[1_024];
            while (await Eventually.Result(_stream.ReadAsync(buffer).AsTask()) > 0)
            {
            }
        }
        catch (IOException)
        {
            // Reset: closed as well.
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellation)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (true)
        {
            await _stream.ReadExactlyAsync(one, cancellation);
            if (one[0] == '\n')
                return line.ToString().TrimEnd('\r');
            line.Append((char)one[0]);
        }
    }
}
