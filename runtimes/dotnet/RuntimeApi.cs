using System.Text;

namespace Hearth.Runtimes.DotNet;

/// <summary>
/// The Runtime API over one kept-alive HTTP/1.1 connection, by hand: <c>HttpClient</c> costs a cold start tens of
/// milliseconds.
/// </summary>
internal sealed class RuntimeApi : IDisposable
{
    private const string Prefix = "/2018-06-01/runtime/";

    /// <summary>The largest response the node takes, in bytes.</summary>
    private const int LargestBody = 6_291_556;

    private readonly string _address;
    private readonly byte[] _next;
    private Connection _connection;
    private ReplyReader _replies;

    public RuntimeApi(string address)
    {
        _address = address;
        _next = Encoding.ASCII.GetBytes($"GET {Prefix}invocation/next HTTP/1.1\r\nHost: {address}\r\n\r\n");
        _connection = new Connection(address);
        _replies = new ReplyReader(_connection);
    }

    public void Dispose() => _connection.Dispose();

    public void AskNext() => _connection.Send(_next);

    public Reply Read() => _replies.Read();

    /// <summary>Sends an outcome and, in the same write, asks for the next invocation; returns once the outcome is accepted.</summary>
    public void Post(string path, ReadOnlySpan<byte> body, string? errorType = null, bool thenNext = true)
    {
        var type = errorType is null ? "" : $"Lambda-Runtime-Function-Error-Type: {HeaderText(errorType)}\r\n";
        var head = $"POST {Prefix}{path} HTTP/1.1\r\nHost: {_address}\r\nContent-Type: application/json\r\n{type}Content-Length: {body.Length}\r\n\r\n";
        var (status, closes) = Exchange([.. Encoding.ASCII.GetBytes(head), .. body, .. thenNext ? _next : []], body.Length);
        if (status == 413 && closes)
        {
            _connection.Dispose();
            _connection = new Connection(_address);
            _replies = new ReplyReader(_connection);
            AskNext();
        }
        else if (status is not (202 or 413))
            throw new RuntimeApiException($"The Runtime API answered {status} to {path}.");
    }

    private (int Status, bool Closes) Exchange(byte[] request, int bodyBytes)
    {
        try
        {
            _connection.Send(request);
            var reply = _replies.Read();
            return (reply.Status, "close".Equals(reply.Headers.GetValueOrDefault("connection"), StringComparison.OrdinalIgnoreCase));
        }
        catch (HungUpException) when (bodyBytes > LargestBody)
        {
            return (413, true); // The node stops reading a body over its limit and answers the caller by itself.
        }
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
