using Hearth.Contracts;
using Hearth.Node.Workers;
using Microsoft.AspNetCore.Http.Features;

namespace Hearth.Node.RuntimeApi;

/// <summary>
/// A <c>POST /runtime/invocation/{id}/response</c> with <c>Lambda-Runtime-Function-Response-Mode: streaming</c>: passed on as it
/// comes to a caller who wants it so, to at most <see cref="Limits.StreamedResponseBytes"/>. An error in the middle comes in the
/// trailers; a body that breaks off is one too.
/// </summary>
/// <remarks>Source: developer guide, "Custom runtimes: response streaming".</remarks>
internal static class StreamedResponse
{
    private const string ModeHeader = "Lambda-Runtime-Function-Response-Mode";

    public static bool IsOne(HttpRequest request) => string.Equals(request.Headers[ModeHeader], "streaming", StringComparison.OrdinalIgnoreCase);

    public static async Task HandleAsync(HttpContext context, ExecutionEnvironment environment, string requestId)
    {
        var (verdict, stream) = environment.BeginResponse(requestId);
        if (verdict != RuntimeVerdict.Accepted)
        {
            await RuntimeApiReplies.WriteAsync(context, verdict);
            return;
        }

        try
        {
            // Kestrel's limit counts the chunks' frames as well.
            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
            if (stream is null)
                await ReadWholeAsync(context, environment, requestId);
            else
                await PassOnAsync(context, environment, requestId, stream);
        }
        catch (Exception cut) when (cut is BadHttpRequestException or IOException or OperationCanceledException)
        {
            await environment.CutResponseAsync(requestId);
            throw;
        }
        finally
        {
            stream?.CompleteWriting();
        }
    }

    private static async Task PassOnAsync(HttpContext context, ExecutionEnvironment environment, string requestId, ResponseStream stream)
    {
        if (!await TryPumpAsync(context, stream))
        {
            // The rest is not read: a runtime that is told so can open another connection.
            context.Response.Headers.Connection = "close";
            await ResponseEndpoint.RefuseTooLargeAsync(context, environment.EndResponse, requestId, Limits.StreamedResponseBytes);
            return;
        }

        var error = ErrorTrailers.Read(context.Request);
        await RuntimeApiReplies.WriteAsync(
            context, environment.EndResponse(requestId, error is null ? OutcomeKind.Succeeded : OutcomeKind.FunctionFailed, error));
    }

    // False where it is over the limit: the rest of it is not read.
    private static async Task<bool> TryPumpAsync(HttpContext context, ResponseStream stream)
    {
        if (context.Request.ContentLength > Limits.StreamedResponseBytes)
            return false;
        var body = context.Request.BodyReader;
        for (var left = Limits.StreamedResponseBytes; ;)
        {
            var read = await body.ReadAsync(context.RequestAborted);
            left -= read.Buffer.Length;
            if (left >= 0)
                await stream.WriteAsync(read.Buffer, context.RequestAborted);
            body.AdvanceTo(read.Buffer.End);
            if (left < 0 || read.IsCompleted)
                return left >= 0;
        }
    }

    private static async Task ReadWholeAsync(HttpContext context, ExecutionEnvironment environment, string requestId)
    {
        var body = await RuntimeBody.ReadAsync(context);
        if (body is null)
            await ResponseEndpoint.RefuseTooLargeAsync(context, environment.Respond, requestId, Limits.ResponsePayloadBytes);
        else if (ErrorTrailers.Read(context.Request) is { } error)
            await RuntimeApiReplies.WriteAsync(context, environment.Respond(requestId, OutcomeKind.FunctionFailed, error));
        else
            await RuntimeApiReplies.WriteAsync(context, environment.Respond(requestId, OutcomeKind.Succeeded, body));
    }
}
