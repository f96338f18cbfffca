using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Hearth.Contracts.EventStreams;

/// <summary>
/// AWS's binary framing of streamed answers. A message is: its length and its headers' length (4 bytes each, big-endian, the
/// first of the whole message), their CRC-32; headers of name, type 7 and text; the payload; the CRC-32 of all before.
/// </summary>
/// <remarks>Source: "Event stream encoding" of AWS's SDKs, as botocore reads it.</remarks>
public static class EventStream
{
    public const string ContentType = "application/vnd.amazon.eventstream";

    /// <summary>The longest message that is read, in bytes: 24 MiB, as AWS's SDKs have it.</summary>
    public const int MaxMessageBytes = 25_165_824;

    private const int PreludeBytes = 12, ChecksumBytes = 4;
    private const byte TextType = 7;
    private const string MessageTypeHeader = ":message-type", EventTypeHeader = ":event-type", ContentTypeHeader = ":content-type";

    /// <summary>Writes one event.</summary>
    public static void WriteEvent(IBufferWriter<byte> output, string eventType, string contentType, in ReadOnlySequence<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(output);
        (string Name, string Value)[] headers = [(MessageTypeHeader, "event"), (EventTypeHeader, eventType), (ContentTypeHeader, contentType)];
        var headersBytes = headers.Sum(header => 4 + header.Name.Length + header.Value.Length);
        var head = output.GetSpan(PreludeBytes + headersBytes)[..(PreludeBytes + headersBytes)];
        BinaryPrimitives.WriteInt32BigEndian(head, PreludeBytes + headersBytes + checked((int)payload.Length) + ChecksumBytes);
        BinaryPrimitives.WriteInt32BigEndian(head[4..], headersBytes);
        BinaryPrimitives.WriteUInt32BigEndian(head[8..], Crc32.Append(0, head[..8]));
        var rest = head[PreludeBytes..];
        foreach (var (name, value) in headers)
            rest = WriteHeader(rest, name, value);

        var checksum = Crc32.Append(0, head);
        output.Advance(head.Length);
        foreach (var segment in payload)
        {
            checksum = Crc32.Append(checksum, segment.Span);
            output.Write(segment.Span);
        }

        BinaryPrimitives.WriteUInt32BigEndian(output.GetSpan(ChecksumBytes), checksum);
        output.Advance(ChecksumBytes);
    }

    /// <summary>Takes the first message off <paramref name="input"/>; null where it is not whole yet.</summary>
    /// <exception cref="InvalidDataException">This is no message: a checksum, a length or a header is wrong.</exception>
    public static EventStreamMessage? Read(ref ReadOnlySequence<byte> input)
    {
        if (input.Length < PreludeBytes)
            return null;
        Span<byte> prelude = stackalloc byte[PreludeBytes];
        input.Slice(0, PreludeBytes).CopyTo(prelude);
        var length = BinaryPrimitives.ReadUInt32BigEndian(prelude);
        var headersLength = BinaryPrimitives.ReadUInt32BigEndian(prelude[4..]);
        Require(BinaryPrimitives.ReadUInt32BigEndian(prelude[8..]) == Crc32.Append(0, prelude[..8]), "the prelude's checksum is wrong");
        Require(length <= MaxMessageBytes && PreludeBytes + (long)headersLength + ChecksumBytes <= length, "the lengths are out of range");
        if (input.Length < length)
            return null;

        var message = input.Slice(0, length).ToArray();
        input = input.Slice(length);
        Require(BinaryPrimitives.ReadUInt32BigEndian(message.AsSpan(^ChecksumBytes..)) == Crc32.Append(0, message.AsSpan(..^ChecksumBytes)), "the checksum is wrong");
        var headers = ReadHeaders(message.AsSpan(PreludeBytes, (int)headersLength));
        return new EventStreamMessage(
            headers.GetValueOrDefault(MessageTypeHeader, ""), headers.GetValueOrDefault(EventTypeHeader, ""),
            message.AsMemory()[(PreludeBytes + (int)headersLength)..^ChecksumBytes]);
    }

    private static Span<byte> WriteHeader(Span<byte> output, string name, string value)
    {
        output[0] = (byte)name.Length;
        Encoding.ASCII.GetBytes(name, output[1..]);
        output = output[(1 + name.Length)..];
        output[0] = TextType;
        BinaryPrimitives.WriteUInt16BigEndian(output[1..], (ushort)value.Length);
        Encoding.ASCII.GetBytes(value, output[3..]);
        return output[(3 + value.Length)..];
    }

    private static Dictionary<string, string> ReadHeaders(ReadOnlySpan<byte> input)
    {
        var headers = new Dictionary<string, string>();
        while (input.Length > 0)
        {
            Require(input.Length >= 4 + input[0] && input[1 + input[0]] == TextType, "a header is no text");
            var name = Encoding.UTF8.GetString(input.Slice(1, input[0]));
            input = input[(2 + input[0])..];
            var valueLength = BinaryPrimitives.ReadUInt16BigEndian(input);
            Require(input.Length >= 2 + valueLength, "a header is cut off");
            headers[name] = Encoding.UTF8.GetString(input.Slice(2, valueLength));
            input = input[(2 + valueLength)..];
        }

        return headers;
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
            throw new InvalidDataException($"This is no event stream: {otherwise}.");
    }
}
