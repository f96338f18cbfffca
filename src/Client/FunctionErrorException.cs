using System.Text;
using System.Text.Json;

namespace Hearth.Client;

/// <summary>The function ran and failed, or could not run: it raised an error, timed out or exited.</summary>
public sealed class FunctionErrorException : HearthException
{
    public FunctionErrorException(InvocationResult result)
        : this(result, Parse(result.Payload))
    {
    }

    private FunctionErrorException(InvocationResult result, (string? Type, string? Message, IReadOnlyList<string> Frames) error)
        : base($"{error.Type ?? "The function failed"}: {error.Message ?? Encoding.UTF8.GetString(result.Payload.Span)}")
    {
        (ErrorType, ErrorMessage, FunctionStackTrace) = error;
        Result = result;
    }

    /// <summary>The error's class in the function's language, or <c>Sandbox.Timedout</c>, <c>Runtime.ExitError</c> and the like; null where the payload names none.</summary>
    public string? ErrorType { get; }

    /// <summary>The error's own message; null where the payload has none.</summary>
    public string? ErrorMessage { get; }

    /// <summary>The function's stack, one entry a frame, as its runtime writes them; empty where it writes none.</summary>
    public IReadOnlyList<string> FunctionStackTrace { get; }

    public string? RequestId => Result.RequestId;

    /// <summary>The answer as it came, with the raw payload and the log's tail if it was asked for.</summary>
    public InvocationResult Result { get; }

    // Read member by member: a custom runtime may write any JSON, and a stack of another shape must not hide the message.
    private static (string?, string?, IReadOnlyList<string>) Parse(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            var error = document.RootElement;
            if (error.ValueKind != JsonValueKind.Object) return (null, null, []);
            var frames = Frames(error, "stackTrace");
            return (Text(error, "errorType"), Text(error, "errorMessage"), frames.Count > 0 ? frames : Frames(error, "trace"));
        }
        catch (JsonException)
        {
            return (null, null, []);
        }
    }

    private static string? Text(JsonElement error, string member) =>
        error.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IReadOnlyList<string> Frames(JsonElement error, string member) =>
        error.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(frame => frame.ToString())]
            : [];
}
