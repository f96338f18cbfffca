namespace Hearth.Node.Workers;

/// <summary>One invocation as the Runtime API hands it to a runtime.</summary>
/// <param name="Payload">JSON, as the caller sent it.</param>
/// <param name="InvokedFunctionArn">With the qualifier as called.</param>
/// <param name="ClientContext">JSON, or null.</param>
/// <param name="TraceId">An X-Ray trace header's value.</param>
/// <param name="WantsLogTail">The caller asked for the last 4 KB of the log.</param>
/// <param name="WantsStream">The caller takes a response that the function streams as it comes; otherwise it is read whole first.</param>
internal sealed record Invocation(
    string RequestId,
    ReadOnlyMemory<byte> Payload,
    string InvokedFunctionArn,
    string? ClientContext,
    string TraceId,
    bool WantsLogTail,
    bool WantsStream = false);

/// <summary>An invocation on its way into a runtime, with the instant its time is up.</summary>
internal sealed record Delivery(Invocation Invocation, DateTimeOffset Deadline);
