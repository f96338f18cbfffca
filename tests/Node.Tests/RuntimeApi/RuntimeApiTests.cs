using System.Text;
using Hearth.Contracts;
using Hearth.Node.Tests.Support;
using Hearth.Node.Tests.Workers;
using Hearth.Node.Workers;

namespace Hearth.Node.Tests.RuntimeApi;

public class RuntimeApiTests : RuntimeApiRig
{
    [Fact]
    public async Task Next_gives_the_invocation_with_its_headers()
    {
        var runtime = Connect();
        await runtime.GetNextAsync();
        var before = DateTimeOffset.UtcNow.AddSeconds(900).ToUnixTimeMilliseconds();
        _ = Environment.InvokeAsync("r1", """{"a":"ü"}""", """{"client":"c"}""");
        var next = await runtime.ReceiveAsync();
        Assert.Equal((200, """{"a":"ü"}"""), (next.Status, next.Body));
        Assert.Equal("application/json", next.Headers["Content-Type"]);
        Assert.Equal("r1", next.Headers["Lambda-Runtime-Aws-Request-Id"]);
        Assert.Equal("arn:aws:lambda:us-east-1:000000000000:function:hello:$LATEST", next.Headers["Lambda-Runtime-Invoked-Function-Arn"]);
        Assert.Equal("Root=1-2-3", next.Headers["Lambda-Runtime-Trace-Id"]);
        Assert.Equal("""{"client":"c"}""", next.Headers["Lambda-Runtime-Client-Context"]);
        Assert.InRange(long.Parse(next.Headers["Lambda-Runtime-Deadline-Ms"]), before, DateTimeOffset.UtcNow.AddSeconds(901).ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task A_header_that_has_no_value_is_not_sent()
    {
        var runtime = Connect();
        await runtime.GetNextAsync();
        _ = Environment.InvokeAsync("r1");
        Assert.DoesNotContain("Lambda-Runtime-Client-Context", (await runtime.ReceiveAsync()).Headers.Keys);
    }

    [Fact]
    public async Task A_response_reaches_the_caller_and_the_runtime_hears_202()
    {
        var (runtime, outcome) = await InvokingAsync();
        await runtime.SendAsync(RawConnection.Post("invocation/r1/response", "[1, 2]"));
        var accepted = await runtime.ReceiveAsync();
        Assert.Equal((202, "{\"status\":\"OK\"}\n"), (accepted.Status, accepted.Body));
        await ExpectResponseAsync(outcome, "[1, 2]");
    }

    [Fact]
    public async Task An_error_reaches_the_caller_as_it_is()
    {
        var (runtime, outcome) = await InvokingAsync();
        await runtime.SendAsync(RawConnection.Post("invocation/r1/error", """{"errorType":"KeyError"}""", "Lambda-Runtime-Function-Error-Type: KeyError\r\n"));
        Assert.Equal(202, (await runtime.ReceiveAsync()).Status);
        var ended = await Eventually.Result(outcome);
        Assert.Equal((OutcomeKind.FunctionFailed, """{"errorType":"KeyError"}"""), (ended.Kind, Text(ended)));
    }

    [Theory]
    [InlineData("Lambda-Runtime-Function-Error-Type: Runtime.ImportModuleError\r\n")]
    [InlineData("")]
    public async Task An_init_error_reaches_the_caller_that_waits(string header)
    {
        var outcome = Environment.InvokeAsync("r1");
        var runtime = Connect();
        await runtime.SendAsync(RawConnection.Post("init/error", """{"errorMessage":"no module"}""", header));
        Assert.Equal(202, (await runtime.ReceiveAsync()).Status);
        Assert.Equal("""{"errorMessage":"no module"}""", Text(await Eventually.Result(outcome)));
        Assert.Equal(EnvironmentState.Stopping, Environment.Environment.State);
    }

    [Fact]
    public async Task A_response_and_the_next_request_may_come_in_one_write()
    {
        var runtime = Connect();
        await runtime.GetNextAsync();
        for (var n = 0; n < 50; n++)
        {
            var outcome = Environment.InvokeAsync($"r{n}");
            Assert.Equal($"r{n}", (await runtime.ReceiveAsync()).Headers["Lambda-Runtime-Aws-Request-Id"]);
            await runtime.SendAsync(RawConnection.Post($"invocation/r{n}/response", $"{n}") + RawConnection.Next);
            Assert.Equal(202, (await runtime.ReceiveAsync()).Status);
            await ExpectResponseAsync(outcome, $"{n}");
        }
    }

    [Fact]
    public async Task A_request_may_come_byte_by_byte()
    {
        var (runtime, outcome) = await InvokingAsync();
        foreach (var value in Encoding.UTF8.GetBytes(RawConnection.Post("invocation/r1/response", "\"slow\"")))
            await runtime.SendAsync(new[] { value });
        Assert.Equal(202, (await runtime.ReceiveAsync()).Status);
        await ExpectResponseAsync(outcome, "\"slow\"");
    }

    [Fact]
    public async Task A_response_may_be_chunked()
    {
        var (runtime, outcome) = await InvokingAsync();
        await runtime.SendAsync(Chunked("invocation/r1/response") + "3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n");
        Assert.Equal(202, (await runtime.ReceiveAsync()).Status);
        await ExpectResponseAsync(outcome, "[1,2]");
    }

    [Fact]
    public async Task A_response_as_large_as_allowed_is_taken()
    {
        var (runtime, outcome) = await InvokingAsync();
        var body = new string('x', Limits.ResponsePayloadBytes);
        await runtime.SendAsync(RawConnection.Post("invocation/r1/response", body));
        Assert.Equal(202, (await runtime.ReceiveAsync()).Status);
        Assert.Equal(body, Text(await Eventually.Result(outcome)));
    }

    [Fact]
    public async Task A_payload_of_6_mb_reaches_the_runtime()
    {
        var runtime = Connect();
        await runtime.GetNextAsync();
        var payload = new string('x', Limits.RequestPayloadBytes);
        _ = Environment.InvokeAsync("r1", payload);
        Assert.Equal(payload, (await runtime.ReceiveAsync()).Body);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_response_one_byte_too_large_gets_413_and_the_caller_is_told(bool chunked)
    {
        var (runtime, outcome) = await InvokingAsync();
        const int Size = Limits.ResponsePayloadBytes + 1;
        await runtime.SendAsync(chunked
            ? Chunked("invocation/r1/response") + $"{Size:x}\r\n{new string('x', Size)}\r\n0\r\n\r\n"
            : RawConnection.Post("invocation/r1/response", new string('x', Size)));
        var refused = await runtime.ReceiveAsync();
        Assert.Equal(413, refused.Status);
        Assert.Contains("RequestEntityTooLarge", refused.Body);
        var error = EnvironmentRig.ErrorOf(await Eventually.Result(outcome));
        Assert.Equal("Function.ResponseSizeTooLarge", error.ErrorType);
        Assert.Equal("Response payload size exceeded maximum allowed payload size (6291556 bytes).", error.ErrorMessage);

        // The runtime goes on, on the same connection.
        await runtime.GetNextAsync();
        var second = Environment.InvokeAsync("r2");
        Assert.Equal(200, (await runtime.ReceiveAsync()).Status);
        await runtime.SendAsync(RawConnection.Post("invocation/r2/response", "2"));
        await ExpectResponseAsync(second, "2");
    }

    [Fact]
    public async Task A_response_far_too_large_is_not_read_to_its_end()
    {
        var (runtime, outcome) = await InvokingAsync();
        await runtime.SendAsync("POST /2018-06-01/runtime/invocation/r1/response HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n[");
        Assert.Equal(413, (await runtime.ReceiveAsync()).Status);
        await runtime.ExpectClosedAsync();
        Assert.Equal("Function.ResponseSizeTooLarge", EnvironmentRig.ErrorOf(await Eventually.Result(outcome)).ErrorType);
    }

    [Fact]
    public async Task A_response_to_another_invocation_gets_400_and_the_right_one_is_still_taken()
    {
        var (runtime, outcome) = await InvokingAsync();
        await runtime.SendAsync(RawConnection.Post("invocation/r2/response", "1"));
        var refused = await runtime.ReceiveAsync();
        Assert.Equal((400, """{"errorType":"InvalidRequestID","errorMessage":"Invalid request ID"}"""), (refused.Status, refused.Body));
        await runtime.SendAsync(RawConnection.Post("invocation/r1/response", "2"));
        Assert.Equal(202, (await runtime.ReceiveAsync()).Status);
        await ExpectResponseAsync(outcome, "2");
    }

    [Fact]
    public async Task What_comes_out_of_turn_gets_403()
    {
        var (runtime, outcome) = await InvokingAsync();
        await runtime.GetNextAsync();
        Assert.Equal(403, (await runtime.ReceiveAsync()).Status);
        await runtime.SendAsync(RawConnection.Post("init/error", "{}"));
        Assert.Equal(403, (await runtime.ReceiveAsync()).Status);
        await runtime.SendAsync(RawConnection.Post("invocation/r1/response", "1"));
        Assert.Equal(202, (await runtime.ReceiveAsync()).Status);
        await runtime.SendAsync(RawConnection.Post("invocation/r1/response", "2"));
        var refused = await runtime.ReceiveAsync();
        Assert.Equal((403, """{"errorType":"InvalidStateTransition","errorMessage":"State transition is not allowed"}"""), (refused.Status, refused.Body));
        await ExpectResponseAsync(outcome, "1");
    }

    [Theory]
    [InlineData("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n")]
    [InlineData("Transfer-Encoding: gzip\r\n")]
    [InlineData("Content-Length: 3\r\nContent-Length: 4\r\n")]
    [InlineData("Content-Length: -3\r\n")]
    [InlineData("Content-Length: three\r\n")]
    public async Task A_body_whose_length_is_in_doubt_gets_400_and_is_no_response(string headers)
    {
        var (runtime, outcome) = await InvokingAsync();
        await runtime.SendAsync($"POST /2018-06-01/runtime/invocation/r1/response HTTP/1.1\r\nHost: x\r\n{headers}\r\n3\r\n[1]\r\n0\r\n\r\n");
        Assert.Equal(400, (await runtime.ReceiveAsync()).Status);
        Assert.False(outcome.IsCompleted);

        var again = Connect();
        await again.SendAsync(RawConnection.Post("invocation/r1/response", "[2]"));
        await ExpectResponseAsync(outcome, "[2]");
    }

    [Theory]
    [InlineData("GET /2018-06-01/runtime/invocation/next/ HTTP/1.1")]
    [InlineData("POST /2018-06-01/runtime/invocation/next HTTP/1.1")]
    [InlineData("GET /2018-06-01/runtime/invocation/r1/response HTTP/1.1")]
    [InlineData("POST /2018-06-01/runtime/invocation//response HTTP/1.1")]
    [InlineData("POST /2018-06-01/runtime/invocation/response HTTP/1.1")]
    [InlineData("POST /2018-06-01/runtime/restore/next HTTP/1.1")]
    [InlineData("GET / HTTP/1.1")]
    [InlineData("GET /2015-03-31/functions HTTP/1.1")]
    [InlineData("GET /readyz HTTP/1.1")]
    public async Task What_is_not_part_of_the_runtime_api_gets_404(string requestLine)
    {
        var (runtime, outcome) = await InvokingAsync();
        await runtime.SendAsync($"{requestLine}\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        Assert.Equal(404, (await runtime.ReceiveAsync()).Status);
        await runtime.SendAsync(RawConnection.Post("invocation/r1/response", "1"));
        await ExpectResponseAsync(outcome, "1");
    }

    [Theory]
    [InlineData("no http at all\r\n\r\n")]
    [InlineData("\0\u0001\u0002\u0003\r\n\r\n")]
    [InlineData("GET /2018-06-01/runtime/invocation/next HTTP/9.9\r\n\r\n")]
    [InlineData("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nBad Header\r\n\r\n")]
    public async Task Garbage_closes_its_connection_and_harms_no_other(string garbage)
    {
        var (runtime, outcome) = await InvokingAsync();
        var other = Connect();
        await other.SendAsync(garbage);
        await other.ExpectClosedAsync();
        await runtime.SendAsync(RawConnection.Post("invocation/r1/response", "1"));
        await ExpectResponseAsync(outcome, "1");
    }

    [Fact]
    public async Task A_header_without_end_is_cut_off()
    {
        var runtime = Connect();
        await runtime.SendAsync($"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\nX: {new string('x', 100_000)}");
        Assert.Equal(431, (await runtime.ReceiveAsync()).Status);
        await runtime.ExpectClosedAsync();
    }

    private static string Chunked(string path) => $"POST /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";

    private static string Text(InvocationOutcome outcome) => Encoding.UTF8.GetString(outcome.Payload.Span);

    private static async Task ExpectResponseAsync(Task<InvocationOutcome> outcome, string body)
    {
        var ended = await Eventually.Result(outcome);
        Assert.Equal((OutcomeKind.Succeeded, body), (ended.Kind, Text(ended)));
    }
}
