using Hearth.Node.Workers;

namespace Hearth.Node.RuntimeApi;

/// <summary>
/// <c>GET /runtime/invocation/next</c>: waits, without a limit, for the environment's next invocation and gives it to
/// the runtime. 403 in the middle of an invocation.
/// </summary>
internal static class NextEndpoint
{
    public static async Task HandleAsync(HttpContext context, ExecutionEnvironment environment)
    {
        Delivery? delivery;
        try
        {
            delivery = await environment.NextAsync(context.RequestAborted);
        }
        catch (RuntimeStateException)
        {
            await RuntimeApiReplies.WriteAsync(context, RuntimeVerdict.InvalidState);
            return;
        }

        if (delivery is null)
        {
            context.Abort();
            return;
        }

        var (invocation, response) = (delivery.Invocation, context.Response);
        response.ContentType = "application/json";
        response.ContentLength = invocation.Payload.Length;
        response.Headers["Lambda-Runtime-Aws-Request-Id"] = invocation.RequestId;
        response.Headers["Lambda-Runtime-Deadline-Ms"] = delivery.Deadline.ToUnixTimeMilliseconds().ToString();
        response.Headers["Lambda-Runtime-Invoked-Function-Arn"] = invocation.InvokedFunctionArn;
        response.Headers["Lambda-Runtime-Trace-Id"] = invocation.TraceId;
        if (invocation.ClientContext is not null)
            response.Headers["Lambda-Runtime-Client-Context"] = invocation.ClientContext;
        await response.Body.WriteAsync(invocation.Payload);
    }
}
