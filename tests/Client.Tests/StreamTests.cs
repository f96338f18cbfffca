using System.Buffers;
using System.Text;
using Hearth.Client.Tests.Fakes;
using Hearth.Contracts.Errors;
using Hearth.Contracts.EventStreams;

namespace Hearth.Client.Tests;

/// <summary>Invocations whose responses are read as they come.</summary>
public sealed class StreamTests : NodeTests
{
    private static readonly byte[] Complete = Event(InvokeComplete.Event, "{}");

    [Fact]
    public async Task Chunks_come_in_order_and_then_the_result()
    {
        Deploy("hello");
        using var invocation = await Client.InvokeStreamAsync("hello", "[1,2,3]"u8.ToArray(), new InvokeOptions { LogTail = true, Qualifier = "$LATEST" });
        Assert.Equal(("request-1", "$LATEST"), (invocation.RequestId, invocation.ExecutedVersion));
        Assert.Throws<InvalidOperationException>(() => invocation.Result);
        Assert.Equal(["[1,", "2,3]"], await ChunksAsync(invocation));
        Assert.Equal((null, 0, "START\nhéllo\n"), (invocation.Result.FunctionError, invocation.Result.Payload.Length, invocation.Result.LogTail));
        Assert.Equal("/2021-11-15/functions/hello/response-streaming-invocations?Qualifier=%24LATEST", Node.Seen.Single().PathAndQuery);
    }

    [Fact]
    public async Task A_function_that_fails_in_the_middle_is_a_result_behind_its_chunks()
    {
        Deploy("hello");
        using var invocation = await Client.InvokeStreamAsync("hello", """{"fail":1}"""u8.ToArray());
        Assert.Equal(["{\"fai"], await ChunksAsync(invocation));
        var error = Assert.Throws<FunctionErrorException>(invocation.Result.ThrowIfFailed);
        Assert.Equal(("ValueError", "no such colour", "request-1"), (error.ErrorType, error.ErrorMessage, error.RequestId));
    }

    [Fact]
    public async Task A_chunk_is_there_before_the_function_ends()
    {
        var goOn = new TaskCompletionSource();
        Node.Next(async context =>
        {
            await context.Response.Body.WriteAsync(Event(InvokeComplete.ChunkEvent, "first"));
            await context.Response.Body.FlushAsync();
            await goOn.Task;
            await context.Response.Body.WriteAsync(Complete);
        });
        using var invocation = await Client.InvokeStreamAsync("hello", default);
        await foreach (var chunk in invocation.ReadChunksAsync())
        {
            Assert.Equal("first", Encoding.UTF8.GetString(chunk.Span));
            goOn.SetResult();
        }

        Assert.Null(invocation.Result.FunctionError);
    }

    [Fact]
    public async Task Messages_may_arrive_byte_by_byte()
    {
        Node.Next(async context =>
        {
            foreach (var value in Event(InvokeComplete.ChunkEvent, "slow").Concat(Complete))
            {
                await context.Response.Body.WriteAsync(new[] { value });
                await context.Response.Body.FlushAsync();
            }
        });
        using var invocation = await Client.InvokeStreamAsync("hello", default);
        Assert.Equal(["slow"], await ChunksAsync(invocation));
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("garbage")]
    public async Task A_stream_that_breaks_off_is_told(string how)
    {
        Node.Next(async context =>
        {
            await context.Response.Body.WriteAsync(Event(InvokeComplete.ChunkEvent, "so far"));
            await context.Response.Body.WriteAsync(how == "cut" ? Complete.AsMemory(..20) : "no event stream at all"u8.ToArray());
        });
        using var invocation = await Client.InvokeStreamAsync("hello", default);
        var chunks = invocation.ReadChunksAsync().GetAsyncEnumerator();
        Assert.True(await chunks.MoveNextAsync());
        var error = await Assert.ThrowsAsync<HearthUnreachableException>(() => chunks.MoveNextAsync().AsTask());
        Assert.True(error.MayHaveBeenDone);
    }

    [Fact]
    public async Task A_refusal_is_a_LambdaException() =>
        Assert.Equal(ErrorCode.ResourceNotFound, (await Assert.ThrowsAsync<LambdaException>(() => Client.InvokeStreamAsync("none", default))).Code);

    private static async Task<List<string>> ChunksAsync(StreamedInvocation invocation)
    {
        var chunks = new List<string>();
        await foreach (var chunk in invocation.ReadChunksAsync())
            chunks.Add(Encoding.UTF8.GetString(chunk.Span));
        return chunks;
    }

    private static byte[] Event(string type, string payload)
    {
        var output = new ArrayBufferWriter<byte>();
        EventStream.WriteEvent(output, type, "application/json", new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(payload)));
        return output.WrittenSpan.ToArray();
    }
}
