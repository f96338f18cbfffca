using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hearth.Contracts.Errors;
using Hearth.Contracts.EventStreams;

namespace Hearth.Client.Http;

/// <summary>Turns the node's answers into what the caller sees: a body into its record, an error into its exception.</summary>
internal static class AnswerReader
{
    private const int LongestQuote = 200;

    public static string? Header(this HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    public static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new JsonException("The body is null.");
        }
        catch (JsonException failure)
        {
            throw NotLambda(response, $"an answer that is no {typeof(T).Name} ({failure.Message})");
        }
    }

    /// <summary>What the last event of a streaming invocation says.</summary>
    public static InvocationResult ToResult(HttpResponseMessage response, InvokeComplete complete) => ToResult(
        response, complete.ErrorDetails is null ? default : Encoding.UTF8.GetBytes(complete.ErrorDetails), complete.ErrorCode, complete.LogResult);

    /// <param name="logTail">In base64, as the API carries it; null without one.</param>
    public static InvocationResult ToResult(HttpResponseMessage response, ReadOnlyMemory<byte> payload, string? functionError, string? logTail) => new()
    {
        StatusCode = (int)response.StatusCode,
        Payload = payload,
        FunctionError = functionError,
        ExecutedVersion = response.Header("X-Amz-Executed-Version"),
        RequestId = response.Header("x-amzn-RequestId"),
        LogTail = logTail is null ? null : Encoding.UTF8.GetString(Convert.FromBase64String(logTail)),
    };

    public static async Task<LambdaException> ReadErrorAsync(HttpResponseMessage response, HearthClientOptions options, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var status = (int)response.StatusCode;
        var retryAfter = RetryAfter(response, options.TimeProvider);
        var (message, reason) = ReadBody(body);
        // Some AWS services put a namespace behind the name, after a colon.
        if (response.Header("x-amzn-ErrorType")?.Split(':')[0] is not { Length: > 0 } name)
            return NotLambda(response, Quote(body), retryAfter);

        var code = ErrorCode.Find(name) ?? new ErrorCode(name, status, MessageMember.LowerCase, HasType: true);
        return new LambdaException(code, status, message ?? Quote(body))
        {
            Reason = reason,
            RetryAfter = retryAfter,
            RequestId = response.Header("x-amzn-RequestId"),
        };
    }

    private static LambdaException NotLambda(HttpResponseMessage response, string what, TimeSpan? retryAfter = null)
    {
        var status = (int)response.StatusCode;
        var endpoint = response.RequestMessage?.RequestUri?.GetLeftPart(UriPartial.Authority);
        return new LambdaException(
            new ErrorCode($"Http{status}", status, MessageMember.LowerCase, HasType: false),
            status,
            $"{endpoint} answered {status} as no Lambda API does: {what}. Is a Hearth node listening there?")
        { RetryAfter = retryAfter };
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider clock) => response.Headers.RetryAfter switch
    {
        { Delta: { } seconds } => seconds,
        { Date: { } date } when date > clock.GetUtcNow() => date - clock.GetUtcNow(),
        _ => null,
    };

    private static (string? Message, string? Reason) ReadBody(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return (null, null);
            return (Text(document.RootElement, "message") ?? Text(document.RootElement, "Message"), Text(document.RootElement, "Reason"));
        }
        catch (JsonException)
        {
            return (null, null);
        }
    }

    private static string? Text(JsonElement body, string member) =>
        body.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Quote(byte[] body)
    {
        var text = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, LongestQuote))).Trim();
        return text.Length == 0 ? "no body" : body.Length > LongestQuote ? text + "…" : text;
    }
}
