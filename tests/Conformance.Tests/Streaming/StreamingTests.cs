using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Conformance.Tests.Contract;
using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Hearth.Contracts;
using Hearth.Contracts.EventStreams;

namespace Conformance.Tests.Streaming;

[NeedsRoot]
[Collection(OnContainers.Name)]
public sealed class StreamingOnContainersTests(ContainerNode node) : StreamingSuite(node);

[Collection(OnProcesses.Name)]
public sealed class StreamingOnProcessesTests(ProcessNode node) : StreamingSuite(node);

/// <summary>Responses that reach their callers as their functions write them, and what can go wrong in the middle.</summary>
public abstract class StreamingSuite(SharedNode shared)
{
    private static int _gates;

    private Node Node { get; } = shared.Node;

    [SuiteTheory]
    [InlineData("provided")]
    [InlineData(Languages.NodeJs)]
    public async Task The_first_chunk_arrives_before_the_function_ends(string language)
    {
        var gate = NewGate();
        var function = await CreateAsync(
            language,
            $"write(b'first')\nwait_for('{gate}')\nwrite(b' last')\nend()",
            $"stream.write('first'); await waitFor('{gate}'); stream.write(' last'); stream.end();");
        using var stream = await StreamReader.InvokeAsync(Node, function, tail: true);
        Assert.Equal("first", await stream.TextAsync(5));
        Assert.Equal("Leased", Assert.Single(await function.EnvironmentsAsync()).State);
        Gate.Open(Node, gate);
        var (text, end) = await stream.RestAsync();
        Assert.Equal((" last", null, null), (text, end.ErrorCode, end.ErrorDetails));
        Assert.Contains($"END RequestId: {stream.RequestId}\nREPORT RequestId: {stream.RequestId}", Encoding.UTF8.GetString(Convert.FromBase64String(end.LogResult!)));
        Assert.Equal("first last", (await function.InvokeAsync()).AssertSucceeded().Text);
    }

    [SuiteTheory]
    [InlineData("provided")]
    [InlineData(Languages.NodeJs)]
    public async Task Fifty_megabytes_come_through_whole_and_the_node_holds_little_of_them(string language)
    {
        var function = await CreateAsync(
            language,
            "block = os.urandom(1 << 20)\ndigest = hashlib.sha256()\nfor _ in range(50):\n    digest.update(block)\n    write(block)\nwrite(digest.hexdigest().encode())\nend()",
            """
            const block = require('crypto').randomBytes(1 << 20), digest = require('crypto').createHash('sha256');
            const blocks = function* () { for (let n = 0; n < 50; n++) { digest.update(block); yield block; } };
            await pipeline(Readable.from(blocks()), stream, { end: false });
            stream.end(digest.digest('hex'));
            """);
        using var stream = await StreamReader.InvokeAsync(Node, function);
        Assert.Equal(InvokeComplete.ChunkEvent, (await stream.NextAsync())!.EventType);
        Node.Process.ForgetPeakMemory();
        var before = Node.Process.PeakMemoryBytes;
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var total = 0L;
        var tail = new List<byte>();
        while (await stream.NextAsync() is { EventType: InvokeComplete.ChunkEvent } chunk)
        {
            total += chunk.Payload.Length;
            tail.AddRange(chunk.Payload.Span);
            if (tail.Count > 128)
                tail.RemoveRange(0, tail.Count - 128);
        }

        Assert.InRange(total, 49L << 20, (50L << 20) + 64);
        Assert.Matches("[0-9a-f]{64}$", Encoding.Latin1.GetString([.. tail]));
        Assert.True(Node.Process.PeakMemoryBytes - before < 32L << 20, "the node kept the response");
    }

    [SuiteTheory]
    [InlineData("provided")]
    [InlineData(Languages.NodeJs)]
    public async Task An_error_in_the_middle_comes_behind_what_was_written(string language)
    {
        var function = await CreateAsync(
            language,
            "write(b'so far')\nerror = base64.b64encode(b'{\"errorType\":\"RangeError\",\"errorMessage\":\"no more\"}').decode()\nend('Lambda-Runtime-Function-Error-Type: RangeError\\r\\nLambda-Runtime-Function-Error-Body: ' + error + '\\r\\n')",
            "stream.write('so far'); throw new RangeError('no more');");
        using var stream = await StreamReader.InvokeAsync(Node, function);
        var (text, end) = await stream.RestAsync();
        Assert.Equal(("so far", "Unhandled"), (text, end.ErrorCode));
        var details = JsonDocument.Parse(end.ErrorDetails!).RootElement;
        Assert.Equal(("RangeError", "no more"), (details.GetProperty("errorType").GetString(), details.GetProperty("errorMessage").GetString()));
        Assert.Equal("no more", (await function.InvokeAsync()).AssertFailed("RangeError").FunctionErrorMessage);
    }

    [SuiteTheory]
    [InlineData("throw new RangeError('at once');", "RangeError", "at once")]
    [InlineData("setImmediate(() => { throw new TypeError('uncaught'); }); await new Promise(() => setTimeout(() => {}, 5000));", "TypeError", "uncaught")]
    [InlineData("stream.write('x'); setImmediate(() => { throw new TypeError('uncaught'); }); await new Promise(() => setTimeout(() => {}, 5000));", "TypeError", "uncaught")]
    [InlineData("stream.write('x'); await pipeline(Readable.from((function* () { yield 'y'; throw new Error('source'); })()), stream);", "Error", "source")]
    [InlineData("stream.write('x');", "Runtime.NodeJsExit", "not ended")]
    public async Task An_error_of_a_handler_in_Node_reaches_its_caller_whenever_it_comes(string body, string type, string message)
    {
        var function = await Node.CreateAsync(StreamingSource.NodeJs(body));
        for (var call = 0; call < 2; call++)
        {
            using var stream = await StreamReader.InvokeAsync(Node, function);
            var (_, end) = await stream.RestAsync();
            var details = JsonDocument.Parse(end.ErrorDetails!).RootElement;
            Assert.Equal(("Unhandled", type), (end.ErrorCode, details.GetProperty("errorType").GetString()));
            Assert.Contains(message, details.GetProperty("errorMessage").GetString());
        }
    }

    [SuiteTheory]
    [InlineData("provided")]
    [InlineData(Languages.NodeJs)]
    public async Task The_functions_time_ends_a_stream_in_the_middle(string language)
    {
        var function = await CreateAsync(
            language, "write(b'so far')\nif event.get('hang'): time.sleep(60)\nend()",
            "stream.write('so far'); if (event.hang) await waitFor('never'); stream.end();", timeout: 1);
        using var stream = await StreamReader.InvokeAsync(Node, function, """{"hang": true}""");
        var (text, end) = await stream.RestAsync();
        Assert.Equal("so far", text);
        Assert.Equal($$"""{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: {{stream.RequestId}} Error: Task timed out after 1.00 seconds"}""", end.ErrorDetails);
        Assert.Equal("so far", (await function.InvokeAsync()).AssertSucceeded().Text);
    }

    [SuiteTheory]
    [InlineData("provided")]
    [InlineData(Languages.NodeJs)]
    public async Task An_exit_in_the_middle_is_an_exit_error_and_the_next_call_works(string language)
    {
        var function = await CreateAsync(
            language, "write(b'so far')\nif event.get('exit'): os._exit(3)\nend()",
            "await new Promise((done) => stream.write('so far', done)); if (event.exit) process.exit(3); stream.end();");
        using var stream = await StreamReader.InvokeAsync(Node, function, """{"exit": true}""");
        var (_, end) = await stream.RestAsync();
        Assert.Equal($$"""{"errorType":"Runtime.ExitError","errorMessage":"RequestId: {{stream.RequestId}} Error: Runtime exited with error: exit status 3"}""", end.ErrorDetails);
        Assert.Equal("so far", (await function.InvokeAsync()).AssertSucceeded().Text);
    }

    [SuiteFact]
    public async Task A_response_that_breaks_off_is_truncated_and_the_runtime_goes_on()
    {
        var function = await CreateAsync(
            "provided",
            "write(b'so far')\nif event.get('cut'):\n    reader.close(); api.close()\n    api = socket.create_connection((host, int(port)))\n    reader = api.makefile('rb')\n    continue\nend()", "");
        using var stream = await StreamReader.InvokeAsync(Node, function, """{"cut": true}""");
        var (text, end) = await stream.RestAsync();
        Assert.StartsWith(text, "so far"); // A connection that is reset takes along what was not read yet.
        Assert.Contains("Runtime.TruncatedResponse", end.ErrorDetails);
        await IsIdleAsync(function);
        (await function.InvokeAsync("""{"cut": true}""")).AssertFailed("Runtime.TruncatedResponse");
        await IsIdleAsync(function);
        Assert.Equal("so far", (await function.InvokeAsync()).AssertSucceeded().Text);
        Assert.Single(await function.LogAsync(), line => line.Message.StartsWith("INIT_START", StringComparison.Ordinal));
    }

    [SuiteTheory]
    [InlineData("provided")]
    [InlineData(Languages.NodeJs)]
    public async Task A_caller_who_leaves_does_not_stop_the_function_and_holds_nothing(string language)
    {
        var gate = NewGate();
        var function = await CreateAsync(
            language,
            $"write(b'first')\nif event.get('wait'):\n    wait_for('{gate}')\n    for _ in range(8): write(b'x' * (1 << 20))\n    print('wrote all', flush=True)\nend()",
            $"stream.write('first'); if (event.wait) {{ await waitFor('{gate}'); await pipeline(Readable.from((function* () {{ for (let n = 0; n < 8; n++) yield Buffer.alloc(1 << 20); }})()), stream); console.log('wrote all'); }} else stream.end();");
        using (var stream = await StreamReader.InvokeAsync(Node, function, """{"wait": true}"""))
            Assert.Equal("first", await stream.TextAsync(5));
        Gate.Open(Node, gate);
        await Patience.UntilAsync(
            async () => (await function.LogAsync()).Any(line => line.Message.Contains("wrote all", StringComparison.Ordinal)), "the function has gone on to its end");
        await IsIdleAsync(function);
        Assert.Equal("first", (await function.InvokeAsync()).AssertSucceeded().Text);
        Assert.Single(await function.EnvironmentsAsync());
    }

    // The caller has the end of a stream before the function's actor has its environment back.
    private static Task IsIdleAsync(TestFunction function) => Patience.UntilAsync(
        async () => (await function.EnvironmentsAsync()).All(environment => environment.State == "Idle"), "every environment is idle");

    [SuiteFact]
    public async Task Two_streams_at_once_do_not_wait_for_each_other()
    {
        var (one, other) = (NewGate(), NewGate());
        var function = await CreateAsync("provided", "write(b'first')\nwait_for(event)\nwrite(event.encode())\nend()", "");
        using var first = await StreamReader.InvokeAsync(Node, function, $"\"{one}\"");
        using var second = await StreamReader.InvokeAsync(Node, function, $"\"{other}\"");
        Assert.Equal("first", await first.TextAsync(5));
        Assert.Equal("first", await second.TextAsync(5));
        Gate.Open(Node, other);
        Assert.Equal(other, (await second.RestAsync()).Text);
        Gate.Open(Node, one);
        Assert.Equal(one, (await first.RestAsync()).Text);
        Assert.Equal(2, (await function.EnvironmentsAsync()).Count);
    }

    [SuiteTheory]
    [InlineData("provided")]
    [InlineData(Languages.NodeJs)]
    public async Task A_whole_response_over_its_limit_is_refused_where_the_function_streams_it(string language)
    {
        var function = await CreateAsync(
            language, "for _ in range(event): write(b'x' * (1 << 20))\nend()",
            "await pipeline(Readable.from((function* () { for (let n = 0; n < event; n++) yield Buffer.alloc(1 << 20, 'x'); })()), stream);");
        Assert.Equal(6 << 20, (await function.InvokeAsync("6")).AssertSucceeded().Body.Length);
        var failed = (await function.InvokeAsync("40")).AssertFailed("Function.ResponseSizeTooLarge");
        Assert.Equal($"Response payload size exceeded maximum allowed payload size ({Limits.ResponsePayloadBytes} bytes).", failed.FunctionErrorMessage);
        Assert.Equal(1 << 20, (await function.InvokeAsync("1")).AssertSucceeded().Body.Length);
    }

    [SuiteFact]
    public async Task A_stream_over_its_limit_is_cut_there_and_the_next_call_works()
    {
        var function = await Node.CreateAsync(
            StreamingSource.NodeJs("await pipeline(Readable.from((function* () { for (let n = 0; n < event; n++) yield Buffer.alloc(1 << 20, 'x'); })()), stream);"),
            request => request with { Timeout = 60 });
        using var stream = await StreamReader.InvokeAsync(Node, function, "202");
        var total = 0L;
        EventStreamMessage? last = null;
        while (await stream.NextAsync() is { } message)
        {
            last = message;
            total += message.EventType == InvokeComplete.ChunkEvent ? message.Payload.Length : 0;
        }

        Assert.InRange(total, Limits.StreamedResponseBytes - (2 << 20), Limits.StreamedResponseBytes);
        Assert.Contains("Function.ResponseSizeTooLarge", Encoding.UTF8.GetString(last!.Payload.Span));
        Assert.Equal(1 << 20, (await function.InvokeAsync("1")).AssertSucceeded().Body.Length);
        Assert.Single(await function.LogAsync(), line => line.Message.StartsWith("INIT_START", StringComparison.Ordinal));
    }

    [SuiteFact]
    public async Task An_HTTP_responses_metadata_come_before_its_body()
    {
        var function = await Node.CreateAsync(StreamingSource.NodeJs("""
            stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { 'x-a': 'b' } });
            stream.write('body'); stream.end();
            """));
        Assert.Equal("{\"statusCode\":201,\"headers\":{\"x-a\":\"b\"}}\0\0\0\0\0\0\0\0body", (await function.InvokeAsync()).AssertSucceeded().Text);
    }

    [SuiteFact]
    public async Task A_handler_in_Node_may_go_on_behind_its_response_and_is_called_again()
    {
        var function = await Node.CreateAsync(StreamingSource.NodeJs(
            "stream.end(String(++count)); await new Promise((done) => setTimeout(done, 50)); console.log('after', count);", "let count = 0;"));
        foreach (var expected in (string[])["1", "2", "3"])
        {
            using var stream = await StreamReader.InvokeAsync(Node, function);
            Assert.Equal(expected, (await stream.RestAsync()).Text);
        }
    }

    [SuiteTheory]
    [InlineData("def handler(event, context): return [event]", "[{}]", null)]
    [InlineData("def handler(event, context): raise KeyError('x')", "", "KeyError")]
    public async Task A_function_that_does_not_stream_can_be_invoked_so(string code, string expected, string? errorType)
    {
        var function = await Node.CreateAsync(Source.Python(code));
        using var stream = await StreamReader.InvokeAsync(Node, function);
        var (text, end) = await stream.RestAsync();
        Assert.Equal((expected, errorType is null ? null : "Unhandled"), (text, end.ErrorCode));
        Assert.Contains(errorType ?? "", end.ErrorDetails ?? "");
    }

    [SuiteFact]
    public async Task Dry_runs_and_refusals_are_answered_as_by_Invoke()
    {
        var function = await Node.CreateAsync(Source.Echo);
        Assert.Equal(204, (await Node.PostAsync(StreamReader.Path(function), "{}", ("X-Amz-Invocation-Type", "DryRun"))).Status);
        Assert.Empty(await function.EnvironmentsAsync());
        (await Node.PostAsync(StreamReader.Path(function), "{}", ("X-Amz-Invocation-Type", "Event"))).AssertRefused(400, "ValidationException");
        (await Node.PostAsync(StreamReader.Path(function), "{")).AssertRefused(400, "InvalidRequestContentException");
        (await Node.PostAsync("2021-11-15/functions/no-such/response-streaming-invocations", "{}")).AssertRefused(404, "ResourceNotFoundException");
    }

    private static string NewGate() => $"gate-{Interlocked.Increment(ref _gates)}-{Environment.ProcessId}";

    private Task<TestFunction> CreateAsync(string language, string provided, string nodeJs, int timeout = 30) => Node.CreateAsync(
        language == Languages.NodeJs ? StreamingSource.NodeJs(nodeJs) : StreamingSource.Provided(provided), request => request with { Timeout = timeout, MemorySize = 256 });
}
