using System.Text.Json.Serialization;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Logs;
using Hearth.Node.Workers;

namespace Hearth.Node.DataChannel;

/// <summary>An invocation without its payload: a header of the request, whose body the payload is. Members are only added, and are optional.</summary>
internal sealed record InvocationHead(Lease Lease, string InvokedFunctionArn, string? ClientContext, string TraceId, bool WantsLogTail, bool WantsStream)
{
    public static InvocationHead Of(Invocation invocation, Lease lease) => new(
        lease, invocation.InvokedFunctionArn, invocation.ClientContext, invocation.TraceId, invocation.WantsLogTail, invocation.WantsStream);

    public Invocation With(ReadOnlyMemory<byte> payload) =>
        new(Lease.RequestId, payload, InvokedFunctionArn, ClientContext, TraceId, WantsLogTail, WantsStream);
}

/// <summary>An outcome without its payload: a header of the response, or the beginning of a stream's last frame.</summary>
/// <param name="Error">The name of an <see cref="ErrorCode"/>; null for none.</param>
internal sealed record OutcomeHead(
    OutcomeKind Kind, LeaseOutcome Lease, byte[]? LogTail, bool TimedOut,
    string? Error = null, string? Message = null, string? Reason = null, int? RetryAfterSeconds = null)
{
    public static OutcomeHead Of(InvocationOutcome outcome) => new(
        outcome.Kind, outcome.Lease, outcome.LogTail, outcome.TimedOut,
        outcome.Error?.Code.Name, outcome.Error?.Message, outcome.Error?.Reason, outcome.Error?.RetryAfterSeconds);

    public InvocationOutcome With(ReadOnlyMemory<byte> payload) => new(
        Kind, payload, Lease, LogTail,
        Error is null ? null : new RequestError(ErrorCode.Find(Error) ?? ErrorCode.Service, Message ?? "", Reason, RetryAfterSeconds),
        TimedOut: TimedOut);
}

/// <summary>Only ASCII, as headers have to be.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(InvocationHead))]
[JsonSerializable(typeof(OutcomeHead))]
[JsonSerializable(typeof(LogQuery))]
internal sealed partial class ChannelJson : JsonSerializerContext;
