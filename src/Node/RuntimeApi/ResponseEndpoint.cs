using Hearth.Contracts;
using Hearth.Node.Workers;

namespace Hearth.Node.RuntimeApi;

/// <summary>
/// <c>POST /runtime/invocation/{id}/response</c>: the function's response, any bytes up to 6 MiB and 100 bytes. 202, or
/// 413 beyond, and the caller is told that the response was too large; 400 for another id; 403 out of turn.
/// One that streams is a <see cref="StreamedResponse"/>.
/// </summary>
internal static class ResponseEndpoint
{
    public static async Task HandleAsync(HttpContext context, ExecutionEnvironment environment, string requestId)
    {
        if (StreamedResponse.IsOne(context.Request))
            await StreamedResponse.HandleAsync(context, environment, requestId);
        else if (await RuntimeBody.ReadAsync(context) is { } payload)
            await RuntimeApiReplies.WriteAsync(context, environment.Respond(requestId, OutcomeKind.Succeeded, payload));
        else
            await RefuseTooLargeAsync(context, environment.Respond, requestId, Limits.ResponsePayloadBytes);
    }

    /// <param name="respond">Ends the invocation.</param>
    public static Task RefuseTooLargeAsync(
        HttpContext context, Func<string, OutcomeKind, ReadOnlyMemory<byte>, RuntimeVerdict> respond, string requestId, long limitBytes)
    {
        var verdict = respond(requestId, OutcomeKind.FunctionFailed, PlatformErrors.TooLarge(limitBytes));
        return verdict == RuntimeVerdict.Accepted ? RuntimeBody.WriteTooLargeAsync(context, limitBytes) : RuntimeApiReplies.WriteAsync(context, verdict);
    }
}
