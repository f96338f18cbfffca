using System.IO.Pipelines;
using System.Text;
using Hearth.Contracts.Functions;
using Hearth.Node.Tests.Support;
using Hearth.Node.Tests.Workers;
using Hearth.Node.Workers;

namespace Hearth.Node.Tests.DataChannel;

/// <summary>A response that a function streams to a caller at another node.</summary>
public class StreamOverChannelTests
{
    [Fact]
    public async Task Each_chunk_is_there_before_the_next_is_written()
    {
        await using var rig = await ChannelRig.StartAsync();
        var (runtime, caller) = await rig.StreamingAsync("r1");
        foreach (var chunk in new[] { "one", "zwölf", "3" })
        {
            await runtime.WriteAsync(ChannelRig.Bytes(chunk), default);
            Assert.Equal(chunk, await ReadAsync(caller.Body, Encoding.UTF8.GetByteCount(chunk)));
        }

        Assert.False(caller.Ended.IsCompleted);
        runtime.CompleteWriting();
        rig.Node.Environment.EndResponse("r1", OutcomeKind.Succeeded, default);
        var ended = await Eventually.Result(caller.Ended);
        Assert.Equal((OutcomeKind.Succeeded, LeaseOutcome.Reusable, 0), (ended.Kind, ended.Lease, ended.Payload.Length));
        Assert.True((await caller.Body.ReadAsync()).IsCompleted);
    }

    [Fact]
    public async Task A_function_that_fails_in_the_middle_has_its_error_after_what_it_wrote()
    {
        await using var rig = await ChannelRig.StartAsync();
        var (runtime, caller) = await rig.StreamingAsync("r1");
        await runtime.WriteAsync(ChannelRig.Bytes("half"), default);
        runtime.CompleteWriting();
        rig.Node.Environment.EndResponse("r1", OutcomeKind.FunctionFailed, "{\"errorType\":\"Late\",\"errorMessage\":\"zu spät\"}"u8.ToArray());
        Assert.Equal("half", await ReadAsync(caller.Body, int.MaxValue));
        Assert.Equal("zu spät", EnvironmentRig.ErrorOf(await Eventually.Result(caller.Ended)).ErrorMessage);
    }

    [Fact]
    public async Task A_slow_reader_stops_the_writer_and_gets_all_of_it()
    {
        const int total = 64, chunk = 1_048_576;
        await using var rig = await ChannelRig.StartAsync();
        var (runtime, caller) = await rig.StreamingAsync("r1");
        var written = 0;
        var writing = Task.Run(async () =>
        {
            for (; written < total; written++)
                await runtime.WriteAsync(new(new byte[chunk]), default);
            runtime.CompleteWriting();
            rig.Node.Environment.EndResponse("r1", OutcomeKind.Succeeded, default);
        });

        // What the sockets and buffers hold, and no more: it stands at the same place for a while.
        var (stood, at) = (0, 0);
        await Eventually.Holds(
            () =>
            {
                var now = Volatile.Read(ref written);
                (stood, at) = now == at && now > 0 ? (stood + 1, at) : (0, now);
                return stood == 200;
            },
            "the writer waits");
        Assert.InRange(written, 1, total / 2);
        Assert.False(writing.IsCompleted);

        Assert.Equal((long)total * chunk, await CountAsync(caller.Body));
        await Eventually.Ends(writing);
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(caller.Ended)).Kind);
    }

    [Fact]
    public async Task A_caller_that_leaves_does_not_stop_the_function()
    {
        await using var rig = await ChannelRig.StartAsync();
        var (runtime, caller) = await rig.StreamingAsync("r1");
        await caller.Body.CompleteAsync();
        await Eventually.Ends(Task.Run(async () =>
        {
            for (var count = 0; count < 64; count++)
                await runtime.WriteAsync(new(new byte[1_048_576]), default);
        }));
        runtime.CompleteWriting();
        rig.Node.Environment.EndResponse("r1", OutcomeKind.Succeeded, default);
        Assert.Equal((OutcomeKind.Succeeded, LeaseOutcome.Reusable), ((await Eventually.Result(caller.Ended)).Kind, (await caller.Ended).Lease));
    }

    [Fact]
    public async Task A_gateway_that_leaves_does_not_stop_the_function()
    {
        await using var rig = await ChannelRig.StartAsync();
        using var leaves = new CancellationTokenSource();
        var (runtime, caller) = await rig.StreamingAsync("r1", leaves.Token);
        await leaves.CancelAsync();
        await Eventually.Result(caller.Ended);
        await Eventually.Ends(Task.Run(async () =>
        {
            for (var count = 0; count < 64; count++)
                await runtime.WriteAsync(new(new byte[1_048_576]), default);
        }));
        runtime.CompleteWriting();
        Assert.Equal(RuntimeVerdict.Accepted, rig.Node.Environment.EndResponse("r1", OutcomeKind.Succeeded, default));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_node_that_is_lost_in_the_middle_fails_the_function(bool ends)
    {
        await using var rig = await ChannelRig.StartAsync();
        using var lost = new CancellationTokenSource();
        var (runtime, caller) = await rig.StreamingAsync("r1", lost.Token);
        await runtime.WriteAsync(ChannelRig.Bytes("half"), default);
        Assert.Equal("half", await ReadAsync(caller.Body, 4));
        if (ends)
            rig.Server.Dispose();
        else
            await lost.CancelAsync();
        var ended = await Eventually.Result(caller.Ended);
        Assert.Equal("Runtime.TruncatedResponse", EnvironmentRig.ErrorOf(ended).ErrorType);
        Assert.Equal(LeaseOutcome.Gone, ended.Lease);
        Assert.Equal("", await ReadAsync(caller.Body, int.MaxValue));
    }

    private static async Task<long> CountAsync(PipeReader from)
    {
        for (var count = 0L; ;)
        {
            var read = await from.ReadAsync();
            count += read.Buffer.Length;
            from.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return count;
        }
    }

    private static async Task<string> ReadAsync(PipeReader from, int count)
    {
        var read = await Eventually.Result(from.ReadAtLeastAsync(count).AsTask());
        var text = Encoding.UTF8.GetString(read.Buffer);
        from.AdvanceTo(read.Buffer.End);
        return text;
    }
}
