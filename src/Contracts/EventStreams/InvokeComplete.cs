namespace Hearth.Contracts.EventStreams;

/// <summary>The last event of InvokeWithResponseStream. Source: API model, <c>InvokeWithResponseStreamCompleteEvent</c>.</summary>
/// <param name="ErrorCode">Where the function failed, what <c>X-Amz-Function-Error</c> says of one that does not stream; else null.</param>
/// <param name="ErrorDetails">The function's error as JSON; null where there is none.</param>
/// <param name="LogResult">The last 4 KB of the log, base64; null unless asked for.</param>
public sealed record InvokeComplete(string? ErrorCode, string? ErrorDetails, string? LogResult)
{
    /// <summary>The events' names in their headers: of bytes of the response, and of this one.</summary>
    public const string ChunkEvent = "PayloadChunk", Event = "InvokeComplete";
}
