using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Hearth.Contracts.Api;
using Hearth.Contracts.Errors;
using Hearth.Contracts.EventStreams;
using Hearth.Node.Workers;

namespace Hearth.Node.Gateway;

/// <summary>
/// The InvokeWithResponseStream operation: the response as events, each chunk as the function writes it, and at the end how it
/// went. The status is 200 before that is known: a function's error is in the last event.
/// </summary>
/// <remarks>A caller who leaves does not stop the function. Source: developer guide, "Response streaming".</remarks>
internal sealed class InvokeStreamApi(InvokeRequests requests)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/2021-11-15/functions/{name}/response-streaming-invocations", InvokeAsync);

    private async Task InvokeAsync(HttpContext context)
    {
        if (await requests.RunAsync(context, "InvokeWithResponseStream", wantsStream: true, "RequestResponse", "DryRun") is not { } outcome)
            return;

        // 10 of an invocation's path, for a response that streams.
        context.Response.ContentType = EventStream.ContentType;
        var events = context.Response.BodyWriter;
        if (outcome.Stream is { } stream)
            outcome = await PassOnAsync(stream, events, context.RequestAborted);
        else if (outcome.Kind == OutcomeKind.Succeeded && outcome.Payload.Length > 0)
            WriteChunk(events, new ReadOnlySequence<byte>(outcome.Payload));
        WriteComplete(events, outcome);
        await events.FlushAsync(context.RequestAborted);
    }

    private static async Task<InvocationOutcome> PassOnAsync(ResponseStream stream, PipeWriter events, CancellationToken callerLeft)
    {
        var body = stream.Body;
        try
        {
            // The caller learns at once that its function answers.
            await events.FlushAsync(callerLeft);
            while (true)
            {
                var read = await body.ReadAsync(callerLeft);
                if (!read.Buffer.IsEmpty)
                {
                    WriteChunk(events, read.Buffer);
                    body.AdvanceTo(read.Buffer.End);
                    await events.FlushAsync(callerLeft);
                }

                if (read.IsCompleted)
                    return await stream.Ended;
            }
        }
        finally
        {
            await body.CompleteAsync();
        }
    }

    private static void WriteChunk(PipeWriter events, in ReadOnlySequence<byte> chunk) =>
        EventStream.WriteEvent(events, InvokeComplete.ChunkEvent, "application/octet-stream", chunk);

    private static void WriteComplete(PipeWriter events, InvocationOutcome outcome)
    {
        var failed = outcome.Kind == OutcomeKind.FunctionFailed;
        var complete = new InvokeComplete(
            failed ? FunctionError.Unhandled : null,
            failed ? Encoding.UTF8.GetString(outcome.Payload.Span) : null,
            outcome.LogTail is { } tail ? Convert.ToBase64String(tail) : null);
        var json = JsonSerializer.SerializeToUtf8Bytes(complete, ApiJson.Relaxed.InvokeComplete);
        EventStream.WriteEvent(events, InvokeComplete.Event, "application/json", new ReadOnlySequence<byte>(json));
    }
}
