using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hearth.Contracts.Errors;

namespace Hearth.Node.Gateway;

/// <summary>Answers in the shapes of AWS's REST-JSON protocol.</summary>
internal static class ApiReplies
{
    public const string RequestIdHeader = "x-amzn-RequestId";

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task WriteAsync<T>(HttpContext context, int status, T value, JsonTypeInfo<T> shape) =>
        WriteAsync(context, status, JsonSerializer.SerializeToUtf8Bytes(value, shape));

    /// <summary>The value of an answer, or its error.</summary>
    public static Task WriteAsync<T>(HttpContext context, int status, (T? Value, RequestError? Error) answer, JsonTypeInfo<T> shape)
        where T : class =>
        answer.Error is { } error ? WriteErrorAsync(context, error) : WriteAsync(context, status, answer.Value!, shape);

    /// <summary>An error as its entry of the catalogue has it: the header, and a body with <c>Type</c> and <c>message</c> or <c>Message</c>.</summary>
    public static Task WriteErrorAsync(HttpContext context, RequestError error)
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Readable))
        {
            writer.WriteStartObject();
            if (error.Reason is not null)
                writer.WriteString("Reason", error.Reason);
            if (error.Code.HasType)
                writer.WriteString("Type", error.Code.HttpStatus >= 500 ? "Service" : "User");
            writer.WriteString(error.Code.Member == MessageMember.LowerCase ? "message" : "Message", error.Message);
            writer.WriteEndObject();
        }

        context.Response.Headers["x-amzn-ErrorType"] = error.Code.Name;
        if (error.RetryAfterSeconds is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString();
        return WriteAsync(context, error.Code.HttpStatus, buffer.ToArray());
    }

    private static Task WriteAsync(HttpContext context, int status, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body).AsTask();
    }
}
