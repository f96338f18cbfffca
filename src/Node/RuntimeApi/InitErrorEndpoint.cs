using Hearth.Node.Workers;

namespace Hearth.Node.RuntimeApi;

/// <summary>
/// <c>POST /runtime/init/error</c>: the function cannot be loaded; the body reaches the caller that waits for the
/// environment. 202, 413 beyond 6 MiB and 100 bytes, 403 after the first <c>next</c>.
/// </summary>
internal static class InitErrorEndpoint
{
    private const string ErrorTypeHeader = "Lambda-Runtime-Function-Error-Type";

    public static async Task HandleAsync(HttpContext context, ExecutionEnvironment environment)
    {
        var errorType = context.Request.Headers[ErrorTypeHeader].ToString() is { Length: > 0 } given ? given : "Runtime.Unknown";
        if (await RuntimeBody.ReadAsync(context) is { } error)
            await RuntimeApiReplies.WriteAsync(context, await environment.FailInitAsync(errorType, error, context.RequestAborted));
        else
            await RuntimeBody.WriteTooLargeAsync(context);
    }
}
