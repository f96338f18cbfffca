using System.Text.Json.Serialization;

namespace Hearth.Contracts.Errors;

/// <summary>
/// The body of an invocation that failed in the function: HTTP 200 with <c>X-Amz-Function-Error</c>.
/// The runtime writes it for its own errors; Hearth writes it for timeouts, exits and oversized responses.
/// </summary>
/// <param name="ErrorType">The exception's class, or <c>Runtime.…</c>, <c>Sandbox.…</c>, <c>Function.…</c>.</param>
/// <param name="ErrorMessage">The exception's message.</param>
/// <param name="StackTrace">Frames as Python, Ruby, Java and .NET name the member.</param>
/// <param name="Trace">Frames as Node names the member.</param>
/// <param name="RequestId">The invocation, where the runtime writes it.</param>
public sealed record FunctionError(
    [property: JsonPropertyName("errorType")] string? ErrorType,
    [property: JsonPropertyName("errorMessage")] string? ErrorMessage,
    [property: JsonPropertyName("stackTrace")] IReadOnlyList<string>? StackTrace = null,
    [property: JsonPropertyName("trace")] IReadOnlyList<string>? Trace = null,
    [property: JsonPropertyName("requestId")] string? RequestId = null)
{
    /// <summary>The value of <c>X-Amz-Function-Error</c>: AWS has no other for the runtimes Hearth serves.</summary>
    public const string Unhandled = "Unhandled";
}
