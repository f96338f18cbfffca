using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Hearth.Node.Gateway;

/// <summary>Answers that go on: a line of JSON an item, each sent as it comes.</summary>
internal static class LineStream
{
    private static readonly byte[] Newline = "\n"u8.ToArray();

    /// <param name="stopping">Ends the answer: the node does not wait for who listens.</param>
    public static async Task WriteAsync<T>(
        HttpContext context, Func<CancellationToken, IAsyncEnumerable<T>> items, JsonTypeInfo<T> shape, CancellationToken stopping)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        context.Response.ContentType = "application/x-ndjson";
        await context.Response.StartAsync(ends.Token);
        var writer = context.Response.BodyWriter;
        try
        {
            await foreach (var item in items(ends.Token))
            {
                await writer.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(item, shape), ends.Token);
                await writer.WriteAsync(Newline, ends.Token);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // What was written is whole lines.
        }
    }

    /// <summary>A parameter of the query; null where it is missing or empty.</summary>
    public static string? Text(HttpContext context, string name) => context.Request.Query[name].ToString() is { Length: > 0 } text ? text : null;
}
