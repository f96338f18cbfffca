using System.Text.Json;
using Hearth.Contracts.Api;
using Hearth.Contracts.Errors;
using Hearth.Node.Workers;

namespace Hearth.Node.RuntimeApi;

/// <summary>What the Runtime API answers to a runtime's posts.</summary>
internal static class RuntimeApiReplies
{
    private static readonly byte[] Ok = "{\"status\":\"OK\"}\n"u8.ToArray();

    public static Task WriteAsync(HttpContext context, RuntimeVerdict verdict) => verdict switch
    {
        RuntimeVerdict.Accepted => WriteAsync(context, 202, Ok),
        RuntimeVerdict.InvalidRequestId => WriteErrorAsync(context, 400, "InvalidRequestID", "Invalid request ID"),
        _ => WriteErrorAsync(context, 403, "InvalidStateTransition", "State transition is not allowed"),
    };

    public static Task WriteErrorAsync(HttpContext context, int status, string errorType, string errorMessage) =>
        WriteAsync(context, status, JsonSerializer.SerializeToUtf8Bytes(new FunctionError(errorType, errorMessage), ApiJson.Relaxed.FunctionError));

    private static Task WriteAsync(HttpContext context, int status, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body).AsTask();
    }
}
