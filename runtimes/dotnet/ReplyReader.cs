using System.Globalization;
using System.Text;

namespace Hearth.Runtimes.DotNet;

/// <param name="Headers">By lower-case name.</param>
internal readonly record struct Reply(int Status, Dictionary<string, string> Headers, byte[] Body);

/// <summary>Takes replies from a connection, one after the other.</summary>
internal sealed class ReplyReader(Connection connection)
{
    private byte[] _buffer = new byte[16 * 1024];
    private int _filled;

    /// <exception cref="HungUpException">The connection has ended.</exception>
    public Reply Read()
    {
        int end;
        while ((end = _buffer.AsSpan(0, _filled).IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (_filled == _buffer.Length)
                Array.Resize(ref _buffer, 2 * _buffer.Length);
            _filled += connection.Receive(_buffer.AsSpan(_filled));
        }

        // UTF-8, not Latin-1: the client context is JSON as the caller sent it.
        var lines = Encoding.UTF8.GetString(_buffer, 0, end).Split("\r\n");
        var headers = Headers(lines);
        _ = int.TryParse(headers.GetValueOrDefault("content-length"), CultureInfo.InvariantCulture, out var length);
        var body = ReadBody(end + 4, length);
        return new Reply(int.Parse(lines[0].AsSpan(9, 3), CultureInfo.InvariantCulture), headers, body);
    }

    private static Dictionary<string, string> Headers(string[] lines)
    {
        var headers = new Dictionary<string, string>(lines.Length);
        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(':');
            headers[line[..colon].ToLowerInvariant()] = line[(colon + 1)..].Trim();
        }

        return headers;
    }

    private byte[] ReadBody(int start, int length)
    {
        var body = new byte[length];
        var count = Math.Min(length, _filled - start);
        _buffer.AsSpan(start, count).CopyTo(body);
        _buffer.AsSpan(start + count, _filled - start - count).CopyTo(_buffer);
        _filled -= start + count;
        while (count < length)
            count += connection.Receive(body.AsSpan(count));
        return body;
    }
}
