using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Hearth.Runtimes.DotNet;

/// <summary>
/// Stands for <c>Console.Out</c> or <c>Console.Error</c>. What is written goes out at once; what ends with a line is a
/// record, and what does not goes out as it is.
/// </summary>
/// <param name="level">Of the records that come from the console.</param>
internal sealed class LogWriter(Stream stream, string level) : TextWriter(CultureInfo.InvariantCulture)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    // Of both writers: a record is never torn by one of the other.
    private static readonly Lock Gate = new();

    public override Encoding Encoding => Utf8;

    public void WriteRecord(string? itsLevel, string? message)
    {
        if (FunctionLog.Format(itsLevel, message) is { } record)
            Send(record);
    }

    public override void Write(char value) => Send([value]);

    public override void Write(string? value) => Send(value);

    public override void Write(char[] buffer, int index, int count) => Send(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Send(buffer);

    public override void WriteLine() => WriteRecord(level, "");

    public override void WriteLine(string? value) => WriteRecord(level, value);

    public override void WriteLine(char[] buffer, int index, int count) => WriteRecord(level, new string(buffer, index, count));

    public override void WriteLine(ReadOnlySpan<char> buffer) => WriteRecord(level, buffer.ToString());

    public override void WriteLine(StringBuilder? value) => WriteRecord(level, value?.ToString());

    // The base class writes the value and then an empty line: two calls, of which only the second would be a record.
    public override void WriteLine(bool value) => WriteRecord(level, value.ToString());

    public override void WriteLine(char value) => WriteRecord(level, value.ToString());

    public override void WriteLine(char[]? buffer) => WriteRecord(level, new string(buffer));

    public override void WriteLine(int value) => WriteRecord(level, value.ToString());

    public override void WriteLine(uint value) => WriteRecord(level, value.ToString());

    public override void WriteLine(long value) => WriteRecord(level, value.ToString());

    public override void WriteLine(ulong value) => WriteRecord(level, value.ToString());

    public override void WriteLine(float value) => WriteRecord(level, value.ToString());

    public override void WriteLine(double value) => WriteRecord(level, value.ToString());

    public override void WriteLine(decimal value) => WriteRecord(level, value.ToString());

    [SuppressMessage("Design", "CA1031", Justification = "A log that nobody reads any more must not fail the function.")]
    private void Send(ReadOnlySpan<char> text)
    {
        Span<byte> small = stackalloc byte[1024];
        var most = Utf8.GetMaxByteCount(text.Length);
        var bytes = most <= small.Length ? small : new byte[most];
        bytes = bytes[..Utf8.GetBytes(text, bytes)];
        lock (Gate)
        {
            try
            {
                stream.Write(bytes);
            }
            catch (IOException)
            {
            }
        }
    }
}
