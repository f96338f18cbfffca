using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Hearth.Client.Http;

/// <summary>Reads newline-delimited JSON as it arrives.</summary>
internal static class LineReader
{
    /// <exception cref="HearthUnreachableException">The stream broke off.</exception>
    public static async IAsyncEnumerable<T> ReadAsync<T>(
        HttpResponseMessage response, Uri endpoint, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await NextAsync(reader, endpoint, cancellationToken) is { } text)
        {
            // A blank line is a sign of life from a node that has nothing to say.
            if (text.Length > 0 && JsonSerializer.Deserialize(text, type) is { } line) yield return line;
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
}
