using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text.Json;
using Hearth.Node.Workers;

namespace Hearth.Node.DataChannel;

/// <summary>
/// A streamed response on the channel: frames of a length, four bytes with the low one first, and as many bytes. A length of 0 says
/// that the function is done; two frames follow, the outcome's head and its payload.
/// </summary>
internal static class ChannelFrames
{
    private const int LengthBytes = sizeof(int);

    public static void Write(PipeWriter to, in ReadOnlySequence<byte> bytes)
    {
        WriteLength(to, (int)bytes.Length);
        foreach (var segment in bytes)
            to.Write(segment.Span);
    }

    public static void WriteEnding(PipeWriter to, InvocationOutcome outcome)
    {
        WriteLength(to, 0);
        Write(to, new ReadOnlySequence<byte>(JsonSerializer.SerializeToUtf8Bytes(OutcomeHead.Of(outcome), ChannelJson.Default.OutcomeHead)));
        Write(to, new ReadOnlySequence<byte>(outcome.Payload));
    }

    /// <summary>Passes on what comes until the function is done.</summary>
    /// <exception cref="EndOfStreamException">It breaks off.</exception>
    /// <exception cref="IOException">It is none of these frames.</exception>
    public static async Task<InvocationOutcome> ReadAsync(PipeReader from, ResponseStream to, CancellationToken cancellation)
    {
        while (await ReadLengthAsync(from, cancellation) is var length and > 0)
        {
            while (length > 0)
            {
                var buffer = await AtLeastAsync(from, 1, cancellation);
                var piece = buffer.Slice(0, Math.Min(length, buffer.Length));
                length -= (int)piece.Length;
                await to.WriteAsync(piece, cancellation);
                from.AdvanceTo(piece.End);
            }
        }

        var head = JsonSerializer.Deserialize(await ReadFrameAsync(from, cancellation), ChannelJson.Default.OutcomeHead)!;
        return head.With(await ReadFrameAsync(from, cancellation));
    }

    private static void WriteLength(PipeWriter to, int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(to.GetSpan(LengthBytes), length);
        to.Advance(LengthBytes);
    }

    private static async Task<byte[]> ReadFrameAsync(PipeReader from, CancellationToken cancellation)
    {
        var length = await ReadLengthAsync(from, cancellation);
        if (length == 0)
            return []; // A pipe that is asked for no bytes waits for some.
        var bytes = (await AtLeastAsync(from, length, cancellation)).Slice(0, length);
        var frame = bytes.ToArray();
        from.AdvanceTo(bytes.End);
        return frame;
    }

    private static async Task<int> ReadLengthAsync(PipeReader from, CancellationToken cancellation)
    {
        var bytes = (await AtLeastAsync(from, LengthBytes, cancellation)).Slice(0, LengthBytes);
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.ToArray());
        from.AdvanceTo(bytes.End);
        return length >= 0 ? length : throw new IOException($"A frame of {length} bytes is none.");
    }

    private static async ValueTask<ReadOnlySequence<byte>> AtLeastAsync(PipeReader from, int count, CancellationToken cancellation)
    {
        var read = await from.ReadAtLeastAsync(count, cancellation);
        return read.Buffer.Length >= count ? read.Buffer : throw new EndOfStreamException("The stream breaks off.");
    }
}
