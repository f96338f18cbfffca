using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hearth.Runtimes.DotNet;

/// <summary>
/// The Runtime API over one kept-alive HTTP/1.1 connection, on a blocking socket: <c>HttpClient</c> costs a cold start
/// tens of milliseconds.
/// </summary>
internal sealed class RuntimeApi
{
    private const string Prefix = "/2018-06-01/runtime/";

    /// <summary>The largest response the node takes, in bytes.</summary>
    private const int LargestBody = 6_291_556;

    private readonly string _address;
    private readonly byte[] _next;
    private Socket _socket;
    private ReplyReader _replies;

    public RuntimeApi(string address)
    {
        _address = address;
        _next = Encoding.ASCII.GetBytes($"GET {Prefix}invocation/next HTTP/1.1\r\nHost: {address}\r\n\r\n");
        _socket = Connect();
        _replies = new ReplyReader(_socket);
    }

    public void AskNext() => _socket.Send(_next);

    public Reply Read() => _replies.Read();

    /// <summary>Sends an outcome and, in the same write, asks for the next invocation; returns once the outcome is accepted.</summary>
    public void Post(string path, ArraySegment<byte> body, string? errorType = null, bool thenNext = true)
    {
        var type = errorType is null ? "" : $"Lambda-Runtime-Function-Error-Type: {HeaderText(errorType)}\r\n";
        var head = $"POST {Prefix}{path} HTTP/1.1\r\nHost: {_address}\r\nContent-Type: application/json\r\n{type}Content-Length: {body.Count}\r\n\r\n";
        var (status, closes) = Exchange([Encoding.ASCII.GetBytes(head), body, .. thenNext ? [_next] : Array.Empty<ArraySegment<byte>>()], body.Count);
        if (status == 413 && closes)
        {
            _socket.Dispose();
            _socket = Connect();
            _replies = new ReplyReader(_socket);
            AskNext();
        }
        else if (status is not (202 or 413))
            throw new RuntimeApiException($"The Runtime API answered {status} to {path}.");
    }

    private (int Status, bool Closes) Exchange(List<ArraySegment<byte>> parts, int bodyBytes)
    {
        try
        {
            _socket.Send(parts);
            var reply = _replies.Read();
            return (reply.Status, "close".Equals(reply.Headers.GetValueOrDefault("connection"), StringComparison.OrdinalIgnoreCase));
        }
        catch (Exception e) when (e is HungUpException or SocketException)
        {
            // The node stops reading a body over its limit and answers the caller by itself.
            return bodyBytes > LargestBody ? (413, true) : throw new HungUpException();
        }
    }

    private Socket Connect()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var colon = _address.LastIndexOf(':');
        try
        {
            socket.Connect(IPEndPoint.TryParse(_address, out var address)
                ? address
                : new DnsEndPoint(_address[..Math.Max(colon, 0)], int.Parse(_address.AsSpan(colon + 1))));
        }
        catch (Exception e) when (e is SocketException or FormatException or ArgumentException)
        {
            throw new RuntimeApiException($"The Runtime API at {_address} cannot be reached: {e.Message}");
        }

        return socket;
    }

    private static string HeaderText(string text) =>
        string.Create(text.Length, text, (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
                to[i] = from[i] is >= ' ' and <= '~' ? from[i] : '?';
        });
}

/// <summary>The node has closed the connection: there will be no more invocations.</summary>
internal sealed class HungUpException : Exception;

/// <summary>The Runtime API does not do what it must.</summary>
internal sealed class RuntimeApiException(string message) : Exception(message);
