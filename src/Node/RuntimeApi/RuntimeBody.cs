using System.Buffers;
using Hearth.Contracts;
using Microsoft.AspNetCore.Http.Features;

namespace Hearth.Node.RuntimeApi;

/// <summary>Reads what a runtime posts, to its end, within the limit.</summary>
internal static class RuntimeBody
{
    /// <summary>
    /// What is read of a body that is too large, in bytes: a runtime that may send all of it then reads its 413, where a
    /// connection closed on it would be one more failure. Beyond this the connection is closed.
    /// </summary>
    public const long ReadBytes = 4L * Limits.ResponsePayloadBytes;

    /// <summary>The body, or null where it is over <see cref="Limits.ResponsePayloadBytes"/>, by its header or by count.</summary>
    public static async Task<byte[]?> ReadAsync(HttpContext context)
    {
        // A declared length is answered at once; Kestrel reads what still comes, so that the runtime reads its 413.
        if (context.Request.ContentLength > Limits.ResponsePayloadBytes)
            return null;

        using var turn = await context.Features.GetRequiredFeature<BodyTurns>().TakeAsync(context.RequestAborted);
        var tooLarge = false;
        var reader = context.Request.BodyReader;
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(context.RequestAborted);
                tooLarge |= read.Buffer.Length > Limits.ResponsePayloadBytes;
                if (read.IsCompleted)
                {
                    var body = tooLarge ? null : read.Buffer.ToArray();
                    reader.AdvanceTo(read.Buffer.End);
                    return body;
                }

                reader.AdvanceTo(tooLarge ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (BadHttpRequestException beyond) when (beyond.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return null;
        }
    }

    public static Task WriteTooLargeAsync(HttpContext context, long limitBytes = Limits.ResponsePayloadBytes) => RuntimeApiReplies.WriteErrorAsync(
        context, StatusCodes.Status413PayloadTooLarge, "RequestEntityTooLarge", $"Exceeded maximum allowed payload size ({limitBytes} bytes).");
}
