using System.Text;
using System.Text.Json;
using Hearth.Client.Tests.Fakes;

namespace Hearth.Client.Tests.CommandLine;

public sealed class InvokeCommandTests : CommandLineTests
{
    public InvokeCommandTests() => Folder.Write("event.json", """{"from":"file"}""");

    [Fact]
    public async Task A_result_goes_to_stdout_and_nothing_to_stderr()
    {
        Deploy("hello");
        var run = await RunAsync("invoke", "hello", "--payload", """{"a":1}""");
        Assert.Equal(new CommandRun(0, "{\"a\":1}\n", ""), run);
    }

    [Fact]
    public async Task Without_a_payload_the_event_is_an_empty_object()
    {
        Deploy("hello");
        Assert.Equal("{}\n", (await RunAsync("invoke", "hello")).Out);
    }

    [Theory]
    [InlineData("-")]
    [InlineData("--payload", "-")]
    [InlineData("--payload-file", "-")]
    public async Task A_dash_reads_the_payload_from_stdin(params string[] args)
    {
        Deploy("hello");
        var run = await RunAsync(["invoke", "hello", .. args], "\uFEFF[\"é\"]");
        Assert.Equal(new CommandRun(0, "[\"é\"]\n", ""), run);
    }

    [Fact]
    public async Task A_payload_is_read_from_a_file()
    {
        Deploy("hello");
        Assert.Equal("{\"from\":\"file\"}\n", (await RunAsync("invoke", "hello", "--payload-file", Path.Combine(Folder.Path, "event.json"))).Out);
    }

    [Fact]
    public async Task A_payload_that_begins_with_an_at_sign_is_not_a_response_file()
    {
        var run = await RunAsync("invoke", "hello", "--payload", "@event.json");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--payload is no JSON, at line 1, byte 1", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_payload_that_is_no_JSON_is_refused_with_its_position()
    {
        var run = await RunAsync(["invoke", "hello", "-"], "{\n  \"a\": tru\n}");
        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.StartsWith("error: stdin is no JSON, at line 2, byte 11:", run.Error, StringComparison.Ordinal);
        Assert.Empty(Node.Seen);
    }

    [Theory]
    [InlineData("Give the payload once", "-", "--payload", "{}")]
    [InlineData("Give the payload once", "--payload-file", "x", "--payload", "{}")]
    [InlineData("'{}' is not expected here", "{}")]
    [InlineData("Cannot read the payload", "--payload-file", "/no/such/file")]
    [InlineData("--client-context is no JSON", "--client-context", "x")]
    public async Task Wrong_input_is_a_usage_error(string message, params string[] args)
    {
        var run = await RunAsync(["invoke", "hello", .. args]);
        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Empty(Node.Seen);
    }

    [Fact]
    public async Task A_payload_over_the_limit_is_not_sent()
    {
        var run = await RunAsync(["invoke", "hello", "-"], new string(' ', 6_291_456) + "1");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("6,291,457 bytes", run.Error, StringComparison.Ordinal);
        Assert.Empty(Node.Seen);
    }

    [Fact]
    public async Task A_function_that_fails_prints_type_message_and_stack_to_stderr_and_exits_1()
    {
        Deploy("hello");
        var run = await RunAsync("invoke", "hello", "--payload", """{"fail":1}""");
        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.Equal(
            "error: ValueError: no such colour\n    File \"app.py\", line 2, in handler\n      raise ValueError\nRequestId: request-1\n", run.Error);
    }

    [Fact]
    public async Task The_tail_goes_to_stderr_so_that_stdout_stays_the_result()
    {
        Deploy("hello");
        var run = await RunAsync("invoke", "hello", "--tail", "--payload", "1");
        Assert.Equal(new CommandRun(0, "1\n", "START RequestId: request-1\nhéllo\n"), run);
    }

    [Fact]
    public async Task A_stream_is_printed_as_it_is()
    {
        Deploy("hello");
        Assert.Equal(new CommandRun(0, """{"a":1}""", ""), await RunAsync("invoke", "hello", "--stream", "--payload", """{"a":1}"""));
    }

    [Fact]
    public async Task A_stream_that_ends_with_an_error_exits_1_with_what_came_before_on_stdout()
    {
        Deploy("hello");
        var run = await RunAsync("invoke", "hello", "--stream", "--tail", "--payload", """{"fail":1}""");
        Assert.Equal(new CommandRun(1, "{\"fai", "START\nhéllo\nerror: ValueError: no such colour\nRequestId: request-1\n"), run);
    }

    [Fact]
    public async Task A_stream_and_Json_exclude_each_other()
    {
        var run = await RunAsync("invoke", "hello", "--stream", "--json");
        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.Empty(Node.Seen);
    }

    [Fact]
    public async Task Context_and_qualifier_are_sent()
    {
        Deploy("hello");
        await RunAsync("invoke", "hello", "--client-context", """{"custom":{}}""", "--qualifier", "$LATEST");
        var seen = Node.Seen.Single();
        Assert.EndsWith("?Qualifier=%24LATEST", seen.PathAndQuery, StringComparison.Ordinal);
        Assert.Equal("""{"custom":{}}""", Encoding.UTF8.GetString(Convert.FromBase64String(seen.Headers["X-Amz-Client-Context"])));
    }

    [Theory]
    [InlineData("""{"a":1}""", 0)]
    [InlineData("""{"fail":1}""", 1)]
    public async Task Json_prints_one_object_with_the_payload_in_it(string payload, int exitCode)
    {
        Deploy("hello");
        var run = await RunAsync("invoke", "hello", "--json", "--tail", "--payload", payload);
        Assert.Equal(exitCode, run.ExitCode);
        using var report = JsonDocument.Parse(run.Out);
        Assert.Equal("request-1", report.RootElement.GetProperty("RequestId").GetString());
        Assert.Equal(JsonValueKind.Object, report.RootElement.GetProperty("Payload").ValueKind);
        Assert.Equal(exitCode == 1, report.RootElement.TryGetProperty("FunctionError", out _));
        Assert.Contains("héllo", report.RootElement.GetProperty("LogTail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_that_does_not_exist_is_refused_with_close_names()
    {
        Deploy("hello", "help", "thumbnails");
        var run = await RunAsync("invoke", "helo");
        Assert.Equal((3, ""), (run.ExitCode, run.Out));
        Assert.Equal(
            "error: ResourceNotFoundException: Function not found: arn:aws:lambda:us-east-1:000000000000:function:helo:$LATEST\n" +
            "Did you mean: hello, help?\n",
            run.Error);
    }

    [Fact]
    public async Task Ctrl_C_exits_130()
    {
        var arrived = new TaskCompletionSource();
        Node.Next(async context =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var interrupt = new CancellationTokenSource();
        var run = RunAsync(["invoke", "hello"], "", cancellationToken: interrupt.Token);
        await arrived.Task;
        await interrupt.CancelAsync();
        Assert.Equal(new CommandRun(130, "", ""), await run);
    }
}
