using System.IO.Pipelines;
using System.Text.Json;
using Hearth.Contracts.Api;
using Hearth.Contracts.EventStreams;

namespace Hearth.Client.Http;

/// <summary>Reads the events of a streaming invocation as they arrive.</summary>
internal sealed class EventReader(Stream body, Uri endpoint)
{
    private readonly PipeReader _reader = PipeReader.Create(body);

    /// <summary>The next bytes of the response, or how it ended.</summary>
    /// <exception cref="HearthUnreachableException">The stream broke off, or is none.</exception>
    public async Task<(ReadOnlyMemory<byte> Chunk, InvokeComplete? Complete)> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var read = await _reader.ReadAsync(cancellationToken);
                var rest = read.Buffer;
                var message = EventStream.Read(ref rest);
                _reader.AdvanceTo(rest.Start, message is null ? rest.End : rest.Start);
                if (message is { EventType: InvokeComplete.ChunkEvent })
                    return (message.Payload, null);
                if (message is { EventType: InvokeComplete.Event })
                    return (default, Parse(message.Payload.Span));
                if (message is null && read.IsCompleted)
                    throw new EndOfStreamException("The response ended before it was complete.");
            }
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or JsonException)
        {
            throw Unreachable.From(failure, endpoint);
        }
    }

    private static InvokeComplete Parse(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, ApiJson.Relaxed.InvokeComplete) ?? throw new JsonException("The last event is null.");
}
