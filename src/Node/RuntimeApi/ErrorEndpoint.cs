using Hearth.Node.Workers;

namespace Hearth.Node.RuntimeApi;

/// <summary>
/// <c>POST /runtime/invocation/{id}/error</c>: the function failed; the body is its error as the runtime shapes it, and
/// reaches the caller as it is. 202, 413 beyond 6 MiB and 100 bytes, 400 for another id, 403 out of turn.
/// </summary>
internal static class ErrorEndpoint
{
    public static async Task HandleAsync(HttpContext context, ExecutionEnvironment environment, string requestId)
    {
        if (await RuntimeBody.ReadAsync(context) is { } error)
            await RuntimeApiReplies.WriteAsync(context, environment.Respond(requestId, OutcomeKind.FunctionFailed, error));
        else
            await RuntimeBody.WriteTooLargeAsync(context);
    }
}
