using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;
using Hearth.Contracts.Api;

namespace Hearth.Node.Logs;

/// <summary>
/// One line of a segment, made for <c>grep</c>: <c>2026-11-02T10:00:00.1234567Z stream⇥message⏎</c>. The bytes of the
/// message stay as they are. Only one that itself holds a newline is escaped (<c>\n</c>, <c>\\</c>), and has <c>+</c>
/// in place of the space.
/// </summary>
internal static class LogLineFormat
{
    /// <summary>Longest message kept whole, in bytes: 256 KiB, as in CloudWatch Logs. A longer one is cut, with a mark.</summary>
    public const int MaxMessageBytes = 256 << 10;

    /// <summary>Longest line of a segment: every byte of the message escaped, with timestamp, stream and mark.</summary>
    public const int MaxLineBytes = (2 * MaxMessageBytes) + Overhead + (3 * MaxStreamChars);

    private const int TimestampBytes = 28, MaxStreamChars = 512, Overhead = 128;
    private const byte Plain = (byte)' ', Escaped = (byte)'+', Tab = (byte)'\t', Newline = (byte)'\n', Backslash = (byte)'\\';

    /// <summary>The most room the line can take.</summary>
    public static int RoomFor(string stream, ReadOnlySpan<byte> message)
    {
        var kept = Math.Min(message.Length, MaxMessageBytes);
        return Overhead + (3 * Math.Min(stream.Length, MaxStreamChars)) + (message[..kept].Contains(Newline) ? 2 * kept : kept);
    }

    /// <summary>Writes the line and its newline, and gives its length. <paramref name="into"/> has <see cref="RoomFor"/> bytes.</summary>
    public static int Write(Span<byte> into, string stream, DateTimeOffset timestamp, ReadOnlySpan<byte> message)
    {
        var kept = message[..KeptBytes(message)];
        var escape = kept.Contains(Newline);
        timestamp.UtcDateTime.TryFormat(into, out var at, "O");
        into[at++] = escape ? Escaped : Plain;
        at += WriteStream(into[at..], stream);
        into[at++] = Tab;
        at += escape ? Escape(into[at..], kept) : Copy(into[at..], kept);
        if (kept.Length < message.Length)
            at += Encoding.UTF8.GetBytes($" [cut here: the line was {message.Length} bytes long]", into[at..]);
        into[at++] = Newline;
        return at;
    }

    /// <summary>Reads a line without its newline. False for what a crash or a stranger left there.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, [NotNullWhen(true)] out LogLine? parsed)
    {
        parsed = null;
        if (line.Length < TimestampBytes + 2 || line[TimestampBytes] is not (Plain or Escaped))
            return false;
        if (!Utf8Parser.TryParse(line[..TimestampBytes], out DateTimeOffset timestamp, out var length, 'O') || length != TimestampBytes)
            return false;
        var rest = line[(TimestampBytes + 1)..];
        var tab = rest.IndexOf(Tab);
        if (tab < 0)
            return false;
        var message = rest[(tab + 1)..];
        var text = line[TimestampBytes] == Escaped ? Unescape(message) : Encoding.UTF8.GetString(message);
        parsed = new LogLine(timestamp, Encoding.UTF8.GetString(rest[..tab]), text);
        return true;
    }

    /// <summary>All of it, or as much as fits without cutting a character in two.</summary>
    private static int KeptBytes(ReadOnlySpan<byte> message)
    {
        if (message.Length <= MaxMessageBytes)
            return message.Length;
        var kept = MaxMessageBytes;
        while (kept > MaxMessageBytes - 4 && (message[kept] & 0xC0) == 0x80)
            kept--;
        return kept;
    }

    private static int WriteStream(Span<byte> into, string stream)
    {
        Utf8.FromUtf16(stream.AsSpan(0, Math.Min(stream.Length, MaxStreamChars)), into, out _, out var length);
        var written = into[..length];
        for (int at; (at = written.IndexOfAnyInRange((byte)0, (byte)0x1F)) >= 0;)
            written[at] = (byte)'_';
        return length;
    }

    private static int Copy(Span<byte> into, ReadOnlySpan<byte> message)
    {
        message.CopyTo(into);
        return message.Length;
    }

    private static int Escape(Span<byte> into, ReadOnlySpan<byte> message)
    {
        var at = 0;
        foreach (var value in message)
        {
            if (value is Newline or Backslash)
                into[at++] = Backslash;
            into[at++] = value == Newline ? (byte)'n' : value;
        }

        return at;
    }

    private static string Unescape(ReadOnlySpan<byte> message)
    {
        var plain = new byte[message.Length];
        var length = 0;
        for (var at = 0; at < message.Length; at++)
        {
            var escaped = message[at] == Backslash && at + 1 < message.Length;
            plain[length++] = !escaped ? message[at] : message[++at] == 'n' ? Newline : message[at];
        }

        return Encoding.UTF8.GetString(plain, 0, length);
    }
}
