using System.Text;
using System.Text.Json;

namespace Conformance.Tests.Nodes;

/// <summary>An HTTP answer, read to its end.</summary>
public sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The AWS exception's name.</summary>
    public string? ErrorType => Headers.GetValueOrDefault("x-amzn-ErrorType");

    /// <summary>Of a refused request, whichever way its exception spells the member.</summary>
    public string ErrorMessage => Json.TryGetProperty("message", out var lower) ? lower.GetString()! : Json.GetProperty("Message").GetString()!;

    public string? FunctionError => Headers.GetValueOrDefault("X-Amz-Function-Error");

    /// <summary>Of a failed invocation.</summary>
    public string? FunctionErrorType => Json.GetProperty("errorType").GetString();

    public string? FunctionErrorMessage => Json.GetProperty("errorMessage").GetString();

    public string RequestId => Headers["x-amzn-RequestId"];

    /// <summary>What <c>LogType=Tail</c> brought, decoded.</summary>
    public string LogTail => Encoding.UTF8.GetString(Convert.FromBase64String(Headers["X-Amz-Log-Result"]));

    public static async Task<Answer> ReadAsync(HttpResponseMessage response) => new(
        (int)response.StatusCode,
        response.Headers.Concat(response.Content.Headers).ToDictionary(
            header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase),
        await response.Content.ReadAsByteArrayAsync());

    /// <summary>A refusal in the shape its exception has in the API model: the header, <c>Type</c>, <c>message</c> or <c>Message</c>.</summary>
    /// <returns>The message.</returns>
    public string AssertRefused(int status, string errorType)
    {
        Assert.True(Status == status && ErrorType == errorType, $"expected {status} {errorType}, got {Status} {ErrorType}: {Text}");
        var hasType = errorType is not ("ValidationException" or "AccessDeniedException" or "UnknownOperationException");
        Assert.Equal(hasType ? status >= 500 ? "Service" : "User" : null, Json.TryGetProperty("Type", out var type) ? type.GetString() : null);
        var upper = errorType is "ResourceNotFoundException" or "SerializationException" or "ServiceException" or "AccessDeniedException"
            or "UnknownOperationException" or "InvalidRuntimeException";
        Assert.True(Json.TryGetProperty(upper ? "Message" : "message", out _), Text);
        Assert.NotEmpty(RequestId);
        return ErrorMessage;
    }

    /// <summary>A function that answered: 200, no error.</summary>
    public Answer AssertSucceeded()
    {
        Assert.True(Status == 200 && FunctionError is null, $"{Status} {ErrorType} {FunctionError}: {Text}");
        return this;
    }

    /// <summary>A function that failed: 200, the header, a body with this type.</summary>
    public Answer AssertFailed(string functionErrorType)
    {
        Assert.True(Status == 200 && FunctionError == "Unhandled", $"{Status} {ErrorType} {FunctionError}: {Text}");
        Assert.True(functionErrorType == FunctionErrorType, $"expected {functionErrorType}: {Text}");
        return this;
    }
}
