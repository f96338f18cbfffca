using System.Runtime.CompilerServices;
using System.Text.Json;
using Hearth.Contracts.Api;

namespace Hearth.Client.Http;

/// <summary>Reads newline-delimited JSON log lines as they arrive.</summary>
internal static class LogReader
{
    /// <exception cref="HearthUnreachableException">The stream broke off.</exception>
    public static async IAsyncEnumerable<LogLine> ReadAsync(
        HttpResponseMessage response, Uri endpoint, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await NextAsync(reader, endpoint, cancellationToken) is { } text)
        {
            // A blank line is a sign of life from a node that has nothing to say.
            if (text.Length > 0 && Parse(text) is { } line) yield return line;
        }
    }

    private static async Task<string?> NextAsync(StreamReader reader, Uri endpoint, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadLineAsync(cancellationToken);
        }
        catch (IOException failure)
        {
            throw Unreachable.From(failure, endpoint);
        }
    }

    private static LogLine? Parse(string text) => JsonSerializer.Deserialize(text, ApiJson.Relaxed.LogLine);
}
