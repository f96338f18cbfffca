using System.Buffers;
using System.IO.Pipelines;
using CsCheck;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.DataChannel;
using Hearth.Node.Tests.Support;
using Hearth.Node.Workers;

namespace Hearth.Node.Tests.DataChannel;

public class ChannelFramesTests
{
    private static readonly InvocationOutcome Failed = new(
        OutcomeKind.FunctionFailed, "{\"errorMessage\":\"Größe\"}"u8.ToArray(), LeaseOutcome.Gone, [1, 2, 3],
        new RequestError(ErrorCode.TooManyRequests, "Zu viele „Anfragen“ \U0001F525", "Reason", 7), TimedOut: true);

    /// <summary>Frames are cut where the network likes, and read the same.</summary>
    [Fact]
    public void What_is_written_is_read_however_it_is_cut() =>
        Gen.Select(Gen.Byte.Array[1, 300].Array[0, 8], Gen.Int[1, 97].Array[1, 20], Gen.Bool).Sample(
            (chunks, cuts, fails) =>
            {
                var ending = fails ? Failed : new InvocationOutcome(OutcomeKind.Succeeded, default, LeaseOutcome.Reusable);
                var (body, read) = Eventually.Result(PassAsync(WrittenAsync(chunks, ending), cuts)).GetAwaiter().GetResult();
                Assert.Equal(chunks.SelectMany(chunk => chunk), body);
                Assert.Equal(ending with { Payload = default, LogTail = null }, read with { Payload = default, LogTail = null });
                Assert.Equal(ending.Payload.ToArray(), read.Payload.ToArray());
                Assert.Equal(ending.LogTail, read.LogTail);
            },
            iter: 500);

    [Fact]
    public async Task The_ending_is_complete_without_the_end_of_the_connection()
    {
        var bytes = await WrittenAsync([[1]], new InvocationOutcome(OutcomeKind.Succeeded, default, LeaseOutcome.Reusable));
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(bytes);
        var read = ChannelFrames.ReadAsync(pipe.Reader, new ResponseStream(), default);
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(read)).Kind);
    }

    [Fact]
    public void A_stream_that_breaks_off_anywhere_is_known_to() =>
        Gen.Int[0, 1_000].Sample(
            at =>
            {
                var bytes = WrittenAsync([[1, 2, 3], [4]], Failed).GetAwaiter().GetResult();
                Assert.Throws<EndOfStreamException>(() => Eventually.Result(PassAsync(Task.FromResult(bytes[..(at % bytes.Length)]), [7])).GetAwaiter().GetResult());
            },
            iter: 300);

    [Fact]
    public async Task A_length_below_zero_is_an_error_and_no_hang()
    {
        byte[] bytes = [0, 0, 0, 0, 255, 255, 255, 255];
        await Assert.ThrowsAnyAsync<IOException>(() => Eventually.Result(PassAsync(Task.FromResult(bytes), [8])));
    }

    private static async Task<byte[]> WrittenAsync(byte[][] chunks, InvocationOutcome ending)
    {
        var written = new MemoryStream();
        var writer = PipeWriter.Create(written);
        foreach (var chunk in chunks)
            ChannelFrames.Write(writer, new ReadOnlySequence<byte>(chunk));
        ChannelFrames.WriteEnding(writer, ending);
        await writer.FlushAsync();
        return written.ToArray();
    }

    private static async Task<(byte[] Body, InvocationOutcome Ending)> PassAsync(Task<byte[]> written, int[] cuts)
    {
        var bytes = await written;
        var (pipe, stream) = (new Pipe(), new ResponseStream());
        var reading = ChannelFrames.ReadAsync(pipe.Reader, stream, default);
        for (var (at, cut) = (0, 0); at < bytes.Length; cut++)
        {
            var length = Math.Min(cuts[cut % cuts.Length], bytes.Length - at);
            await pipe.Writer.WriteAsync(bytes.AsMemory(at, length));
            at += length;
        }

        await pipe.Writer.CompleteAsync();
        var ending = await reading;
        stream.CompleteWriting();
        var body = new MemoryStream();
        await stream.Body.CopyToAsync(body);
        return (body.ToArray(), ending);
    }
}
