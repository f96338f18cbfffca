using System.Text.Json;

namespace Hearth.CommandLine.Hosting;

/// <summary>Says where a text stops being JSON, as an editor counts.</summary>
internal static class JsonPosition
{
    public static string Describe(JsonException failure)
    {
        // The parser appends its own zero-based position, which editors do not count by.
        var reason = failure.Message.Split(" LineNumber:")[0].Split(" Path:")[0].TrimEnd('.', ' ');
        return failure.LineNumber is { } line ? $"line {line + 1}, byte {failure.BytePositionInLine + 1}: {reason}" : reason;
    }
}
