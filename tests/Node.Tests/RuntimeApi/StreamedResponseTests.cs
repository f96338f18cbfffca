using System.Text;
using Hearth.Contracts;
using Hearth.Node.Tests.Support;
using Hearth.Node.Tests.Workers;
using Hearth.Node.Workers;
using Hearth.Node.Workers.Drivers;

namespace Hearth.Node.Tests.RuntimeApi;

/// <summary>Responses that a runtime writes bit by bit.</summary>
public class StreamedResponseTests : RuntimeApiRig
{
    private const string Error = "{\"errorType\":\"Late\"}";

    private static readonly string Begin = Head("Transfer-Encoding: chunked\r\n");

    [Fact]
    public async Task What_is_written_is_there_before_the_end()
    {
        var (runtime, outcome) = await InvokingAsync(wantsStream: true);
        await runtime.SendAsync(Begin + "5\r\nfirst\r\n");
        var stream = await StreamAsync(outcome);
        Assert.Equal("first", await ReadAsync(stream, 5));
        Assert.False(stream.Ended.IsCompleted);
        Assert.Equal(EnvironmentState.Streaming, Environment.Environment.State);

        await runtime.SendAsync("5\r\n last\r\n0\r\n\r\n");
        Assert.Equal(202, (await runtime.ReceiveAsync()).Status);
        Assert.Equal(" last", await ReadAsync(stream, int.MaxValue));
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(stream.Ended)).Kind);
    }

    [Fact]
    public async Task A_caller_who_wants_the_whole_gets_it()
    {
        var (runtime, outcome) = await InvokingAsync();
        await runtime.SendAsync(Begin + "5\r\nfirst\r\n5\r\n last\r\n0\r\n\r\n");
        Assert.Equal(202, (await runtime.ReceiveAsync()).Status);
        var ended = await Eventually.Result(outcome);
        Assert.Equal((OutcomeKind.Succeeded, "first last"), (ended.Kind, Encoding.UTF8.GetString(ended.Payload.Span)));
    }

    [Theory]
    [InlineData(true, "Lambda-Runtime-Function-Error-Type: Late\r\nLambda-Runtime-Function-Error-Body: {0}\r\n", Error)]
    [InlineData(false, "Lambda-Runtime-Function-Error-Type: Late\r\nLambda-Runtime-Function-Error-Body: {0}\r\n", Error)]
    [InlineData(true, "Lambda-Runtime-Function-Error-Type: Late\r\n", "\"errorType\":\"Late\"")]
    [InlineData(true, "Lambda-Runtime-Function-Error-Type: Late\r\nLambda-Runtime-Function-Error-Body: no*base64\r\n", "\"errorType\":\"Late\"")]
    [InlineData(true, "Lambda-Runtime-Function-Error-Body: {0}\r\n", Error)]
    public async Task Trailers_tell_an_error_in_the_middle(bool wantsStream, string trailers, string expected)
    {
        var (runtime, outcome) = await InvokingAsync(wantsStream);
        await runtime.SendAsync(Begin + "2\r\n[1\r\n0\r\n" + string.Format(trailers, Convert.ToBase64String(Encoding.UTF8.GetBytes(Error))) + "\r\n");
        Assert.Equal(202, (await runtime.ReceiveAsync()).Status);
        var ended = await EndedAsync(outcome);
        Assert.Equal(OutcomeKind.FunctionFailed, ended.Kind);
        Assert.Contains(expected, Encoding.UTF8.GetString(ended.Payload.Span));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_that_breaks_off_is_truncated_once_the_runtime_asks_again(bool wantsStream)
    {
        var (runtime, outcome) = await InvokingAsync(wantsStream);
        await runtime.SendAsync(Begin + "5\r\nfirst\r\n9\r\ncut");
        if (wantsStream)
            await StreamAsync(outcome);
        runtime.Dispose();
        var again = Connect();
        if (!wantsStream)
            await Eventually.Holds(() => outcome.IsCompleted, "the cut is seen"); // Nothing else tells it from the outside.
        await again.GetNextAsync();
        Assert.Equal("Runtime.TruncatedResponse", EnvironmentRig.ErrorOf(await EndedAsync(outcome)).ErrorType);
    }

    [Fact]
    public async Task A_body_that_breaks_off_with_the_end_of_its_runtime_is_an_exit_error()
    {
        var (runtime, outcome) = await InvokingAsync(wantsStream: true);
        await runtime.SendAsync(Begin + "5\r\nfirst\r\n");
        await StreamAsync(outcome);
        Environment.Sandbox.Exit(new SandboxExit(3, null, false));
        runtime.Dispose();
        Environment.Environment.RuntimeExited(Environment.Sandbox, new SandboxExit(3, null, false));
        Assert.Equal("Runtime.ExitError", EnvironmentRig.ErrorOf(await EndedAsync(outcome)).ErrorType);
    }

    [Fact]
    public async Task Chunks_that_are_none_end_the_response()
    {
        var (runtime, outcome) = await InvokingAsync(wantsStream: true);
        await runtime.SendAsync(Begin + "5\r\nfirst\r\nno length\r\n");
        Assert.Equal("Runtime.TruncatedResponse", EnvironmentRig.ErrorOf(await EndedAsync(outcome)).ErrorType);
    }

    [Theory]
    [InlineData("invocation/r2/response", 400)]
    [InlineData("invocation/r1/error", 403)]
    [InlineData("invocation/r1/response", 403)]
    public async Task What_comes_beside_a_stream_is_refused_and_harms_nothing(string path, int status)
    {
        var (runtime, outcome) = await InvokingAsync(wantsStream: true);
        if (status == 403)
        {
            await runtime.SendAsync(Begin + "5\r\nfirst\r\n");
            await StreamAsync(outcome);
        }

        var beside = Connect();
        await beside.SendAsync(RawConnection.Post(path, "1", "Lambda-Runtime-Function-Response-Mode: streaming\r\n"));
        Assert.Equal(status, (await beside.ReceiveAsync()).Status);
        await beside.SendAsync(RawConnection.Post(path, "1"));
        Assert.Equal(status, (await beside.ReceiveAsync()).Status);
        await runtime.SendAsync((status == 403 ? "" : Begin) + "2\r\nok\r\n0\r\n\r\n");
        Assert.Equal(202, (await runtime.ReceiveAsync()).Status);
        Assert.Equal(OutcomeKind.Succeeded, (await EndedAsync(outcome)).Kind);
    }

    [Theory]
    [InlineData("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n")]
    public async Task A_body_whose_length_is_in_doubt_begins_no_stream(string headers)
    {
        var (runtime, outcome) = await InvokingAsync(wantsStream: true);
        await runtime.SendAsync(Head(headers) + "3\r\n[1]\r\n0\r\n\r\n");
        Assert.Equal(400, (await runtime.ReceiveAsync()).Status);
        Assert.False(outcome.IsCompleted);
        Assert.Equal(EnvironmentState.Invoking, Environment.Environment.State);
    }

    [Fact]
    public async Task A_caller_who_does_not_read_stops_the_runtime_and_one_who_leaves_lets_it_go_on()
    {
        var (runtime, outcome) = await InvokingAsync(wantsStream: true);
        await runtime.SendAsync(Begin);
        var stream = await StreamAsync(outcome);
        var sent = 0;
        var block = Encoding.UTF8.GetBytes($"{1 << 20:x}\r\n{new string('x', 1 << 20)}\r\n");
        var writing = Task.Run(async () =>
        {
            for (; sent < 64; sent++)
                await runtime.SendAsync(block);
            await runtime.SendAsync("0\r\n\r\n");
        });

        // What is held is our own buffers and the kernel's; the function cannot be through.
        await Eventually.Holds(() => stream.Body.TryRead(out var read) && Examine(stream, read) >= 262_144, "the buffer is full");
        Assert.False(writing.IsCompleted);
        await stream.Body.CompleteAsync();
        await Eventually.Ends(writing);
        Assert.Equal(202, (await runtime.ReceiveAsync()).Status);
        Assert.Equal(OutcomeKind.Succeeded, (await EndedAsync(outcome)).Kind);
    }

    [Fact]
    public async Task A_stream_over_its_limit_is_cut_there()
    {
        var (runtime, outcome) = await InvokingAsync(wantsStream: true);
        await runtime.SendAsync(Head($"Content-Length: {Limits.StreamedResponseBytes + 1}\r\n"));
        Assert.Equal(413, (await runtime.ReceiveAsync()).Status);
        var error = EnvironmentRig.ErrorOf(await EndedAsync(outcome));
        Assert.Equal(("Function.ResponseSizeTooLarge", $"Response payload size exceeded maximum allowed payload size ({Limits.StreamedResponseBytes} bytes)."), (error.ErrorType, error.ErrorMessage));
    }

    private static long Examine(ResponseStream stream, System.IO.Pipelines.ReadResult read)
    {
        stream.Body.AdvanceTo(read.Buffer.Start, read.Buffer.Start);
        return read.Buffer.Length;
    }

    private static async Task<ResponseStream> StreamAsync(Task<InvocationOutcome> outcome)
    {
        var begun = await Eventually.Result(outcome);
        Assert.Equal(OutcomeKind.Streaming, begun.Kind);
        return begun.Stream!;
    }

    private static async Task<InvocationOutcome> EndedAsync(Task<InvocationOutcome> outcome)
    {
        var ended = await Eventually.Result(outcome);
        return ended.Stream is { } stream ? await Eventually.Result(stream.Ended) : ended;
    }

    private static async Task<string> ReadAsync(ResponseStream stream, int length)
    {
        var text = new StringBuilder();
        while (text.Length < length)
        {
            var read = await Eventually.Result(stream.Body.ReadAsync().AsTask());
            text.Append(Encoding.UTF8.GetString(read.Buffer));
            stream.Body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                break;
        }

        return text.ToString();
    }

    private static string Head(string headers) =>
        $"POST /2018-06-01/runtime/invocation/r1/response HTTP/1.1\r\nHost: x\r\nLambda-Runtime-Function-Response-Mode: streaming\r\n{headers}\r\n";
}
