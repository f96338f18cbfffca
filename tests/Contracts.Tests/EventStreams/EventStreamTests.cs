using System.Buffers;
using System.Text;
using Hearth.Contracts.EventStreams;

namespace Hearth.Contracts.Tests.EventStreams;

public sealed class EventStreamTests
{
    /// <summary>The message as botocore 1.29's own decoder takes it.</summary>
    private const string Golden =
        "00000055000000437A048FF80D3A6D6573736167652D747970650700056576656E740B3A6576656E742D7479706507000C5061796C6F61644368756E" +
        "6B0D3A636F6E74656E742D74797065070001786869B44BC957";

    [Fact]
    public void A_message_has_AWSs_form() => Assert.Equal(Golden, Convert.ToHexString(Message("PayloadChunk", "x", "hi")));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300_000)]
    public void What_is_written_is_read_however_it_is_cut(int length)
    {
        var payload = new string('x', length);
        byte[] bytes = [.. Message("PayloadChunk", "application/octet-stream", payload), .. Message("InvokeComplete", "application/json", "{}")];
        foreach (var cut in (int[])[0, 1, 11, 12, 50, bytes.Length - 1, bytes.Length])
        {
            var first = new Segment(bytes.AsMemory(..cut));
            var sequence = new ReadOnlySequence<byte>(first, 0, first.Append(bytes.AsMemory(cut..)), bytes.Length - cut);
            var message = EventStream.Read(ref sequence)!;
            Assert.Equal(("event", "PayloadChunk", payload), (message.MessageType, message.EventType, Encoding.UTF8.GetString(message.Payload.Span)));
            Assert.Equal("InvokeComplete", EventStream.Read(ref sequence)!.EventType);
            Assert.Null(EventStream.Read(ref sequence));
        }
    }

    [Fact]
    public void A_message_that_is_not_whole_is_not_read()
    {
        var bytes = Message("PayloadChunk", "x", "hi");
        for (var length = 0; length < bytes.Length; length++)
        {
            var sequence = new ReadOnlySequence<byte>(bytes, 0, length);
            Assert.Null(EventStream.Read(ref sequence));
            Assert.Equal(length, sequence.Length);
        }
    }

    [Fact]
    public void Any_bit_that_is_wrong_is_seen()
    {
        var bytes = Message("PayloadChunk", "x", "hi");
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var wrong = bytes.ToArray();
            wrong[bit / 8] ^= (byte)(1 << (bit % 8));
            var sequence = new ReadOnlySequence<byte>(wrong);
            Assert.Throws<InvalidDataException>(() => EventStream.Read(ref sequence));
        }
    }

    private static byte[] Message(string type, string contentType, string payload)
    {
        var output = new ArrayBufferWriter<byte>();
        EventStream.WriteEvent(output, type, contentType, new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(payload)));
        return output.WrittenSpan.ToArray();
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
