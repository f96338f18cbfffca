using System.Text.Json;
using Hearth.Contracts.Api;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;

namespace Hearth.Node.Workers;

internal enum OutcomeKind
{
    /// <summary>The payload is the function's response.</summary>
    Succeeded,

    /// <summary>The payload is a <see cref="FunctionError"/>, from the runtime or from Hearth.</summary>
    FunctionFailed,

    /// <summary>The function is writing its response: <see cref="InvocationOutcome.Stream"/> has it, and how it ended.</summary>
    Streaming,

    /// <summary>The environment ended before the function saw the invocation: another may be tried.</summary>
    NotStarted,

    /// <summary>No environment could be had, for the reason in <see cref="InvocationOutcome.Error"/>.</summary>
    Refused,
}

/// <summary>How an invocation ended, or that its response has begun.</summary>
/// <param name="Payload">Empty where the response was streamed, but for an error.</param>
/// <param name="Lease">What its environment is worth now.</param>
/// <param name="LogTail">The last 4 KB of its log, where it was asked for.</param>
/// <param name="Stream">Only of <see cref="OutcomeKind.Streaming"/>. Whoever has the outcome has to read it or to leave it.</param>
/// <param name="TimedOut">Whether it failed for its time being over.</param>
internal sealed record InvocationOutcome(
    OutcomeKind Kind,
    ReadOnlyMemory<byte> Payload,
    LeaseOutcome Lease,
    byte[]? LogTail = null,
    RequestError? Error = null,
    ResponseStream? Stream = null,
    bool TimedOut = false)
{
    public static readonly InvocationOutcome NotStarted = new(OutcomeKind.NotStarted, default, LeaseOutcome.Gone);

    /// <summary>Its worker could not make the environment: where no other can, this is the answer.</summary>
    public static InvocationOutcome NotStartedFor(RequestError error) => NotStarted with { Error = error };

    public static InvocationOutcome Streaming(ResponseStream stream) => new(OutcomeKind.Streaming, default, LeaseOutcome.Reusable, Stream: stream);

    public static InvocationOutcome Refused(RequestError error) => new(OutcomeKind.Refused, default, LeaseOutcome.Gone, Error: error);
}

/// <summary>The errors Hearth writes itself, in AWS's words.</summary>
internal static class PlatformErrors
{
    public const string ExitError = "Runtime.ExitError";
    public const string InvalidEntrypoint = "Runtime.InvalidEntrypoint";
    public const string TimedOut = "Sandbox.Timedout";
    public const string ResponseTooLarge = "Function.ResponseSizeTooLarge";
    public const string TruncatedResponse = "Runtime.TruncatedResponse";

    public static byte[] Body(string errorType, string errorMessage) =>
        JsonSerializer.SerializeToUtf8Bytes(new FunctionError(errorType, errorMessage), ApiJson.Relaxed.FunctionError);

    public static byte[] TooLarge(long limitBytes) =>
        Body(ResponseTooLarge, $"Response payload size exceeded maximum allowed payload size ({limitBytes} bytes).");

    /// <summary>The body of a failure that belongs to one request and names it, as those of the sandbox do.</summary>
    public static byte[] Body(string errorType, string requestId, string error) => Body(errorType, $"RequestId: {requestId} Error: {error}");
}
