using Hearth.Contracts;
using Hearth.Node.Workers;

namespace Hearth.Node.RuntimeApi;

/// <summary>
/// <c>POST /runtime/invocation/{id}/response</c>: the function's response, any bytes up to 6 MiB and 100 bytes. 202, or
/// 413 beyond, and the caller is told that the response was too large; 400 for another id; 403 out of turn.
/// </summary>
internal static class ResponseEndpoint
{
    public static async Task HandleAsync(HttpContext context, ExecutionEnvironment environment, string requestId)
    {
        if (await RuntimeBody.ReadAsync(context) is { } payload)
        {
            await RuntimeApiReplies.WriteAsync(context, environment.Respond(requestId, OutcomeKind.Succeeded, payload));
            return;
        }

        var error = PlatformErrors.Body(
            PlatformErrors.ResponseTooLarge,
            $"Response payload size exceeded maximum allowed payload size ({Limits.ResponsePayloadBytes} bytes).");
        var verdict = environment.Respond(requestId, OutcomeKind.FunctionFailed, error);
        if (verdict == RuntimeVerdict.Accepted)
            await RuntimeBody.WriteTooLargeAsync(context);
        else
            await RuntimeApiReplies.WriteAsync(context, verdict);
    }
}
