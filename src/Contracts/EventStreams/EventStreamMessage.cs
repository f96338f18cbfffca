namespace Hearth.Contracts.EventStreams;

/// <summary>One message of an event stream, decoded.</summary>
/// <param name="MessageType"><c>event</c>, or <c>exception</c> or <c>error</c> for a stream that its sender gives up.</param>
/// <param name="EventType">Which member of the stream's shape it is; empty for one that is no event.</param>
public sealed record EventStreamMessage(string MessageType, string EventType, ReadOnlyMemory<byte> Payload);
