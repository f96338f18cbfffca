using System.Text;

namespace Hearth.Node.Tests.Runtimes;

/// <summary>The Java bootstrap as functions and callers see it. The handlers are in the folder Java beside this file.</summary>
public sealed class JavaBootstrapTests
{
    [Theory]
    [InlineData("app.Echo", """{"a": [1, 2.5, 12345678901, null, true], "é": "\u00fc\n"}""", """{"a":[1,2.5,12345678901,null,true],"é":"ü\n"}""")]
    [InlineData("app.Echo", """{"a": null, "b": {}}""", """{"b":{}}""")]
    [InlineData("app.Echo", "\"text\"", "\"text\"")]
    [InlineData("app.Echo", "null", "null")]
    [InlineData("app.Echo::handleRequest", "[1]", "[1]")]
    [InlineData("app.Streams", "{ }", "[hello]{ }")]
    [InlineData("app.Streams::both", "{ }", "{ }")]
    [InlineData("app.Streams::out", "{}", "7")]
    [InlineData("app.Streams::in", "12345", "5")]
    [InlineData("app.Methods::none", "{}", "\"none\"")]
    [InlineData("app.Methods::nothing", "{}", "null")]
    [InlineData("app.Methods::instance", "\"é\"", "\"éé\"")]
    [InlineData("app.Methods::onlyContext", "{}", $"\"{BootstrapRun.RequestId}\"")]
    [InlineData("app.Methods::overloaded", "\"\"", "\"with a context\"")]
    [InlineData("app.Methods::library", "{}", "\"library\"")]
    [InlineData("app.Methods::resource", "{}", "true")]
    public async Task A_handler_answers_with_its_result(string handler, string payload, string expected)
    {
        var outcome = await InvokeAsync(handler, payload);

        Assert.Equal(("response", expected), (outcome.Kind, outcome.Body));
    }

    [Theory]
    [InlineData("app.Orders$First", """[{"name":"a","amount":"2","paid":true,"size":"LARGE","unknown":{}}]""", """{"content":{"name":"a","amount":2,"paid":true,"size":"LARGE","URL":"u"},"count":1}""")]
    [InlineData("app.Orders::box", """{"content":{"size":"HUGE","amount":null},"count":3}""", """{"content":{"amount":0,"paid":false,"URL":"u"},"count":3}""")]
    [InlineData("app.Orders::line", """{"name":"a","price":1.10,"sizes":["SMALL"],"inner":{"k":{"content":{"name":"b"}}},"count":4}""", """{"name":"a","price":1.10,"sizes":["SMALL"],"inner":{"k":{"content":{"name":"b","count":null},"count":1}},"count":4}""")]
    [InlineData("app.Orders::values", """{"id":"00000000-0000-0001-0000-000000000002","bytes":"aGk=","numbers":[1,1,2],"date":1500,"instant":"2026-01-31T00:00:00.5Z","array":[1],"letter":"x","none":[1.5]}""", """{"id":"00000000-0000-0001-0000-000000000002","bytes":"aGk=","numbers":[1,2],"date":1500,"instant":1769817600.500000000,"array":[1.0],"letter":"x","none":[1.5]}""")]
    [InlineData("app.Orders::total", """[{"amount":1},{"amount":2}]""", "3")]
    [InlineData("app.Orders::total", """{"amount":1}""", "1")]
    [InlineData("app.Orders::size", "\"SMALL\"", "\"SMALL\"")]
    [InlineData("app.Orders::twice", "\"21\"", "42")]
    [InlineData("app.Orders::several", "{}", """[1.5,"NaN",[1],"x","a\"\\\n\u0001é😀"]""")]
    [InlineData("app.Orders::event", """{"Records":[{"eventSourceARN":"arn","sent":1.5}]}""", "\"arn 1500\"")]
    public async Task Java_types_come_from_JSON_and_go_to_it(string handler, string payload, string expected)
    {
        var outcome = await InvokeAsync(handler, payload);

        Assert.Equal(("response", expected), (outcome.Kind, outcome.Body));
    }

    [Fact]
    public async Task A_function_needs_no_library_of_AWS()
    {
        await using var run = await BootstrapRun.StartFolderAsync("java", "alone.Alone::handle", await JavaFunctions.WithoutLibraryAsync());

        Assert.Equal("\"hello you\"", (await run.InvokeAsync("""{"name":"you"}""")).Body);
    }

    [Theory]
    [InlineData("app.Failures", "java.lang.IllegalStateException", "bad é")]
    [InlineData("app.Failures::checked", "app.Failures$Mine", "outer")]
    [InlineData("app.Failures::silent", "java.lang.IllegalArgumentException", "java.lang.IllegalArgumentException")]
    [InlineData("app.Failures::cyclic", "java.lang.RuntimeException", "An error occurred during JSON serialization of response")]
    [InlineData("app.Failures::unreadable", "java.lang.RuntimeException", "An error occurred during JSON serialization of response")]
    [InlineData("app.Orders::twice", "java.lang.RuntimeException", "An error occurred during JSON parsing")]
    [InlineData("app.Methods::instance", "java.lang.RuntimeException", "An error occurred during JSON parsing")]
    public async Task A_failing_handler_is_reported_with_type_and_message(string handler, string type, string message)
    {
        var outcome = await InvokeAsync(handler);

        Assert.Equal(("error", type, message), (outcome.Kind, outcome.Type, outcome.Message));
        Assert.Equal(["errorMessage", "errorType", "stackTrace"], outcome.Request.Json.EnumerateObject().Select(member => member.Name).Take(3));
        Assert.StartsWith($"{message}: {type}\n{type}", outcome.Log);
    }

    [Fact]
    public async Task A_stack_trace_is_the_functions_own_and_a_cause_is_told_too()
    {
        var outcome = await InvokeAsync("app.Failures::checked");

        Assert.Equal(["app.Failures.checked(Failures.java:"], outcome.Trace("stackTrace").Select(frame => frame[..(frame.IndexOf(':') + 1)]));
        var cause = outcome.Request.Json.GetProperty("cause");
        Assert.Equal(("inner", "java.lang.RuntimeException"), (cause.GetProperty("errorMessage").GetString(), cause.GetProperty("errorType").GetString()));
        Assert.DoesNotContain("hearth", outcome.Body + outcome.Log);
        Assert.Contains("\tat app.Failures.checked(Failures.java:", outcome.Log);
        Assert.Contains("Caused by: java.lang.RuntimeException: inner", outcome.Log);
    }

    [Theory]
    [InlineData("{x}", "Unexpected character ('x') in JSON at position 1")]
    [InlineData("{\"a\":", "Unexpected end of JSON")]
    [InlineData("[1] 2", "Unexpected character ('2') in JSON at position 4")]
    public async Task A_payload_that_is_no_JSON_fails_and_the_next_invocation_is_served(string payload, string cause)
    {
        await using var run = await StartAsync("app.Echo");

        var outcome = await run.InvokeAsync(payload);
        Assert.Equal("An error occurred during JSON parsing", outcome.Message);
        Assert.Equal(cause, outcome.Request.Json.GetProperty("cause").GetProperty("errorMessage").GetString());
        Assert.Equal("[1]", (await run.InvokeAsync("[1]")).Body);
    }

    [Theory]
    [InlineData("app.Absent", "Class not found: app.Absent", "java.lang.ClassNotFoundException")]
    [InlineData("app.Methods::absent", "No public method named absent with appropriate method signature found on class app.Methods", null)]
    [InlineData("app.Methods", "Class does not implement an appropriate handler interface: app.Methods", null)]
    [InlineData("app.Failures$Raw", "Class app.Failures$Raw does not implement RequestHandler with concrete type parameters: parameter T has no upper bound.", null)]
    [InlineData("app.Failures$Plain", "Class app.Failures$Plain does not implement RequestHandler with concrete type parameters", null)]
    [InlineData("app.Methods::", "Invalid handler: `app.Methods::'", null)]
    [InlineData("app.Failures$Hidden::handle", "Class app.Failures$Hidden has no public zero-argument constructor", "java.lang.Exception")]
    [InlineData("app.Failures$Inner::handle", "Class app.Failures$Inner cannot be instantiated because it is a non-static inner class", "java.lang.Exception")]
    public async Task A_handler_that_cannot_be_found_fails_each_invocation(string handler, string message, string? type)
    {
        await using var run = await StartAsync(handler);

        for (var i = 0; i < 2; i++)
        {
            var outcome = await run.InvokeAsync();
            Assert.Equal(("error", message, type), (outcome.Kind, outcome.Message, outcome.Type));
            Assert.False(outcome.Request.Json.TryGetProperty("stackTrace", out _));
            Assert.StartsWith(message, outcome.Log);
        }
    }

    [Theory]
    [InlineData("app.Failures$InConstructor::handle", "early", "java.lang.IllegalStateException")]
    [InlineData("app.Failures$InStatic::handle", "Error loading class app.Failures$InStatic", "java.lang.ExceptionInInitializerError")]
    [InlineData("app.Broken", "Error loading class app.Broken: Incompatible magic value 1852797984 in class file app/Broken", "java.lang.ClassFormatError")]
    public async Task A_failed_init_is_reported_and_ends_the_process(string handler, string message, string type)
    {
        await using var run = await StartAsync(handler);

        var outcome = await run.InvokeAsync();

        Assert.Equal(("init/error", type, message), (outcome.Kind, outcome.Type, outcome.Message));
        Assert.StartsWith($"{message}: {type}\n", outcome.Log);
        Assert.Equal(1, await run.ExitCodeAsync());
    }

    [Fact]
    public async Task A_Java_machine_in_trouble_reports_it_and_ends()
    {
        await using var run = await StartAsync("app.Failures::deep");

        Assert.Equal("java.lang.StackOverflowError", (await run.InvokeAsync()).Type);
        Assert.Equal(1, await run.ExitCodeAsync());
    }

    [Fact]
    public async Task A_handler_that_exits_ends_the_process_with_its_status()
    {
        await using var run = await StartAsync("app.Failures::exit");
        await run.Api.ReadAsync();
        await run.Api.InvocationAsync(BootstrapRun.RequestId, "{}");

        Assert.Equal(3, await run.ExitCodeAsync());
        Assert.Equal("last", run.Output);
    }

    [Fact]
    public async Task The_context_has_every_field()
    {
        var outcome = await InvokeAsync("app.Methods::context", "{}",
            ("Lambda-Runtime-Deadline-Ms", DateTimeOffset.UtcNow.AddSeconds(100).ToUnixTimeMilliseconds().ToString()));

        Assert.Equal(
            $"""["hello","7",256,"/aws/lambda/hello","2026/01/31/[7]0123","{BootstrapRun.RequestId}","arn:aws:lambda:us-east-1:000000000000:function:hello:live",true,true,true,true]""",
            outcome.Body);
    }

    [Fact]
    public async Task The_context_tells_of_the_calling_app()
    {
        var outcome = await InvokeAsync("app.Methods::caller", "{}",
            ("Lambda-Runtime-Client-Context", """{"client":{"app_title":"Schön","installation_id":"i"},"custom":{"k":"v"},"env":{"e":"f"}}"""),
            ("Lambda-Runtime-Cognito-Identity", """{"cognitoIdentityId":"id1","cognitoIdentityPoolId":"p"}"""));

        Assert.Equal("""["Schön","i",{"k":"v"},{"e":"f"},"id1","p"]""", outcome.Body);
        Assert.Equal("[null,null]", (await InvokeAsync("app.Methods::caller")).Body);
    }

    [Fact]
    public async Task The_trace_id_of_each_invocation_is_in_the_environment_and_the_properties()
    {
        await using var run = await StartAsync("app.Methods::trace");

        Assert.Equal("""["Root=1-2","Root=1-2"]""", (await run.InvokeAsync("{}", ("Lambda-Runtime-Trace-Id", "Root=1-2"))).Body);
        Assert.Equal("[null,null]", (await run.InvokeAsync()).Body);
    }

    [Theory]
    [InlineData("app.Prints::lines", "out é\nerr\nhalf")]
    [InlineData("app.Prints::logger", "one\ntwo\nthree\n")]
    [InlineData("app.Prints::replaced", "own\n")]
    [InlineData("app.Prints::child", "child\n")]
    [InlineData("app.Prints::thread", "Exception in thread \"worker\" java.lang.IllegalStateException: in a thread\n")]
    public async Task What_a_handler_prints_is_out_before_its_response(string handler, string log)
    {
        var outcome = await InvokeAsync(handler);

        Assert.Equal("null", outcome.Body);
        Assert.StartsWith(log, outcome.Log);
    }

    [Fact]
    public async Task State_is_kept_between_invocations_of_one_process()
    {
        await using var run = await StartAsync("app.Methods::count");

        Assert.Equal("1", (await run.InvokeAsync()).Body);
        Assert.Equal("2", (await run.InvokeAsync()).Body);
    }

    [Fact]
    public async Task When_the_node_hangs_up_the_process_ends_quietly_even_with_threads_running()
    {
        await using var run = await StartAsync("app.Methods::threads");
        Assert.Equal("1", (await run.InvokeAsync()).Body);
        await run.Api.ReadAsync();

        run.Api.HangUp();

        Assert.Equal(0, await run.ExitCodeAsync());
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task Payloads_and_responses_of_six_megabytes_pass()
    {
        var payload = $"\"{new string('x', 6_000_000)}\"";

        Assert.Equal(payload, (await InvokeAsync("app.Echo", payload)).Body);
    }

    [Fact]
    public async Task A_request_that_arrives_byte_by_byte_is_understood()
    {
        await using var run = await StartAsync("app.Echo");
        await run.Api.ReadAsync();
        foreach (var part in Encoding.UTF8.GetBytes("HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id:r1\r\nCONTENT-LENGTH: 4\r\n\r\n\"é\""))
            await run.Api.SendAsync(new[] { part });

        var request = await run.Api.ReadAsync();
        Assert.Equal(("/2018-06-01/runtime/invocation/r1/response", "\"é\""), (request.Path, request.Body));
    }

    [Fact]
    public async Task The_response_and_the_request_for_more_are_one_write_and_the_acceptance_is_awaited() =>
        await Pipelining.CheckAsync(await StartAsync("app.Methods::count"));

    [Fact]
    public async Task A_response_over_the_limit_costs_its_own_invocation_only() =>
        await Pipelining.CheckTooLargeAsync(await StartAsync("app.Methods::repeat"));

    [Fact]
    public async Task An_ordinary_start_has_its_task_folder_and_variables()
    {
        await using var run = await StartAsync("app.Methods::place", ("GREETING", "hello"));

        Assert.Equal("""["data\n","data\nhello\n","hello","hello",false,"UTC"]""", (await run.InvokeAsync("[\"GREETING\"]")).Body);
    }

    [Fact]
    public async Task A_blank_start_waits_for_its_function_and_then_has_its_task_folder_and_variables()
    {
        await using var run = await BootstrapRun.StartBlankAsync("java");

        await run.AssignFolderAsync("app.Methods::place", await JavaFunctions.WithLibraryAsync(), ("GREETING", "schön=1"), ("TZ", ":Asia/Tokyo"));

        Assert.Equal("""["data\n","data\nschön=1\n","schön=1","schön=1",false,"Asia/Tokyo"]""", (await run.InvokeAsync("[\"GREETING\"]")).Body);
        Assert.Equal("""["data\n","data\n7\n","7","7",false,"Asia/Tokyo"]""", (await run.InvokeAsync("[\"AWS_LAMBDA_FUNCTION_VERSION\"]")).Body);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task A_rehearsal_leaves_no_trace_in_a_function()
    {
        await using var run = await BootstrapRun.StartBlankAsync("java");

        await run.AssignFolderAsync("app.Methods::trace", await JavaFunctions.WithLibraryAsync());

        Assert.Equal("[null,null]", (await run.InvokeAsync()).Body);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task A_blank_start_that_gets_no_function_ends_quietly()
    {
        await using var run = await BootstrapRun.StartBlankAsync("java");

        run.DropAssignment();

        Assert.Equal(0, await run.ExitCodeAsync());
        Assert.Equal("", run.Output);
    }

    private static async Task<BootstrapRun> StartAsync(string handler, params (string, string)[] variables) =>
        await BootstrapRun.StartFolderAsync("java", handler, await JavaFunctions.WithLibraryAsync(), variables);

    private static async Task<Outcome> InvokeAsync(string handler, string payload = "{}", params (string, string)[] headers)
    {
        await using var run = await StartAsync(handler);
        return await run.InvokeAsync(payload, headers);
    }
}
