using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hearth.Runtimes.DotNet;

/// <summary>An exception as the caller sees it: type, message, stack trace, and the same of what caused it.</summary>
internal static class Fault
{
    /// <summary>AWS's own ceiling, in bytes.</summary>
    private const int LargestReport = 256 * 1024;

    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string TypeOf(Exception exception) => exception.GetType().Name;

    public static ArraySegment<byte> Write(Exception exception)
    {
        var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Options))
            Write(json, exception);
        return bytes.Length <= LargestReport
            ? new ArraySegment<byte>(bytes.GetBuffer(), 0, (int)bytes.Length)
            : """{"errorMessage": "Exception exceeded maximum payload size of 256KB."}"""u8.ToArray();
    }

    private static void Write(Utf8JsonWriter json, Exception exception)
    {
        json.WriteStartObject();
        json.WriteString("errorType", TypeOf(exception));
        json.WriteString("errorMessage", exception.Message);
        WriteTrace(json, exception.StackTrace);
        if (exception.InnerException is { } cause)
        {
            json.WritePropertyName("cause");
            Write(json, cause);
        }

        if (exception is AggregateException { InnerExceptions: var causes })
        {
            json.WriteStartArray("causes");
            foreach (var one in causes)
                Write(json, one);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteTrace(Utf8JsonWriter json, string? trace)
    {
        if (trace is null)
            return; // never thrown
        var lines = trace.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var last = Array.FindLastIndex(lines, line => !IsOurs(line));
        json.WriteStartArray("stackTrace");
        foreach (var line in lines.AsSpan(0, last + 1))
            json.WriteStringValue(line);
        json.WriteEndArray();
    }

    /// <summary>The frames between the runtime's loop and the function's own code.</summary>
    private static bool IsOurs(string line) =>
        line.StartsWith("at Hearth.Runtimes.DotNet.", StringComparison.Ordinal)
        || line.StartsWith("at System.Reflection.Method", StringComparison.Ordinal)
        || line.StartsWith("at System.RuntimeMethodHandle.", StringComparison.Ordinal)
        || line.StartsWith("at InvokeStub_", StringComparison.Ordinal)
        || line.StartsWith("--- End of stack trace", StringComparison.Ordinal);
}
