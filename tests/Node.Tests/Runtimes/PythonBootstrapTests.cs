using System.Text;
using System.Text.RegularExpressions;

namespace Hearth.Node.Tests.Runtimes;

/// <summary>The Python bootstrap as functions and callers see it. Sources are bodies of app.py unless a row says otherwise.</summary>
public sealed class PythonBootstrapTests
{
    [Theory]
    [InlineData("def handler(event, context): return event", """{"a": [1, 2.5, null, true], "é": "\u00fc"}""", """{"a": [1, 2.5, null, true], "é": "ü"}""")]
    [InlineData("def handler(event, context): return event", "\"text\"", "\"text\"")]
    [InlineData("def handler(event, context): pass", "{}", "null")]
    [InlineData("handler = lambda event, context: event['n'] * 2", """{"n": 21}""", "42")]
    [InlineData("from decimal import Decimal\ndef handler(event, context): return {'d': [Decimal('3.10'), Decimal('12345678901234567890.123')], 'n': Decimal('NaN')}", "{}", """{"d": [3.10, 12345678901234567890.123], "n": NaN}""")]
    [InlineData("import os\ndef handler(event, context): return os.getcwd() == os.environ['LAMBDA_TASK_ROOT']", "{}", "true")]
    [InlineData("import os\ndef handler(event, context): return os.environ['AWS_EXECUTION_ENV'].startswith('AWS_Lambda_python3.')", "{}", "true")]
    [InlineData("import sys, os\ndef handler(event, context): return sys.path[0] == os.environ['LAMBDA_TASK_ROOT'] and '/opt/python' in sys.path", "{}", "true")]
    [InlineData("def handler(event, context): return (lambda *names: all(names))(exit, quit)", "{}", "true")]
    [InlineData("import os\ndef handler(event, context): return os.environ.get('_X_AMZN_TRACE_ID')", "{}", "null")]
    public async Task A_handler_answers_with_its_result(string source, string payload, string expected)
    {
        var outcome = await InvokeAsync(source, payload);

        Assert.Equal("response", outcome.Kind);
        Assert.Equal(expected, Regex.Replace(outcome.Body, @"\\u[0-9a-f]{4}", match => Regex.Unescape(match.Value)));
    }

    [Theory]
    [InlineData("app.handler", "app.py")]
    [InlineData("pkg/sub/app.handler", "pkg/sub/app.py")]
    [InlineData("pkg.sub.app.handler", "pkg/sub/app.py")]
    [InlineData("app.handler", "app/__init__.py")]
    [InlineData("bootstrap.handler", "bootstrap.py")]
    public async Task A_handler_name_finds_its_module(string handler, string file)
    {
        await using var run = await BootstrapRun.StartAsync("python", handler, [(file, "def handler(event, context): return __name__")]);

        Assert.Equal($"\"{handler[..handler.LastIndexOf('.')].Replace('/', '.')}\"", (await run.InvokeAsync()).Body);
    }

    [Theory]
    [InlineData("def handler(e, c): raise ValueError('bad')", "ValueError", "bad")]
    [InlineData("class Mine(Exception): pass\ndef handler(e, c): raise Mine('é')", "Mine", "é")]
    [InlineData("def handler(e, c): return e['absent']", "KeyError", "'absent'")]
    [InlineData("def handler(e, c): return {1, 2}", "Runtime.MarshalError", "Unable to marshal response: Object of type set is not JSON serializable")]
    [InlineData("async def handler(e, c): return 1", "Runtime.MarshalError", "Unable to marshal response: Object of type coroutine is not JSON serializable")]
    [InlineData("handler = 'text'", "TypeError", "'str' object is not callable")]
    [InlineData("def handler(e): return 1", "TypeError", "handler() takes 1 positional argument but 2 were given")]
    public async Task A_failing_handler_is_reported_with_type_and_message(string source, string type, string message)
    {
        var outcome = await InvokeAsync(source);

        Assert.Equal(("error", type, message), (outcome.Kind, outcome.Type, outcome.Message));
        Assert.Equal(BootstrapRun.RequestId, outcome.Request.Json.GetProperty("requestId").GetString());
        Assert.Equal(["errorMessage", "errorType", "requestId", "stackTrace"], outcome.Request.Json.EnumerateObject().Select(member => member.Name));
        Assert.StartsWith($"[ERROR] {type}: {message}\rTraceback (most recent call last):", outcome.Log);
    }

    [Fact]
    public async Task A_stack_trace_begins_at_the_functions_own_code()
    {
        await using var run = await StartAsync("def inner():\n    raise ValueError('bad')\n\ndef handler(event, context):\n    inner()\n");

        var outcome = await run.InvokeAsync();

        var file = Path.Combine(run.Task, "app.py");
        Assert.Equal(
            [$"  File \"{file}\", line 5, in handler\n    inner()\n", $"  File \"{file}\", line 2, in inner\n    raise ValueError('bad')\n"],
            outcome.Trace("stackTrace"));
        Assert.Contains($"\r\u00a0\u00a0File \"{file}\", line 5, in handler\r\u00a0\u00a0\u00a0\u00a0inner()\r", outcome.Log);
        Assert.EndsWith("raise ValueError('bad')\n", outcome.Log);
    }

    [Fact]
    public async Task A_payload_that_is_no_JSON_fails_and_the_next_invocation_is_served()
    {
        await using var run = await StartAsync("def handler(event, context): return event");

        var failed = await run.InvokeAsync("{x}");
        var served = await run.InvokeAsync("[1]");

        Assert.Equal("Runtime.UnmarshalError", failed.Type);
        Assert.StartsWith("Unable to unmarshal input: ", failed.Message);
        Assert.Equal("[1]", served.Body);
    }

    [Theory]
    [InlineData("absent.handler", "", "Runtime.ImportModuleError", "Unable to import module 'absent': No module named 'absent'")]
    [InlineData("app.handler", "import absent", "Runtime.ImportModuleError", "Unable to import module 'app': No module named 'absent'")]
    [InlineData("app.missing", "x = 1", "Runtime.HandlerNotFound", "Handler 'missing' missing on module 'app'")]
    [InlineData("handler", "", "Runtime.MalformedHandlerName", "Bad handler 'handler': not enough values to unpack (expected 2, got 1)")]
    [InlineData("app.handler", "def handler(:", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app': invalid syntax (app.py, line 1)")]
    [InlineData("sys.exit", "", "Runtime.BuiltInModuleConflict", "Cannot use built-in module sys as a handler module")]
    [InlineData("app.handler", "raise ValueError('early')", "ValueError", "early")]
    public async Task A_failed_init_is_reported_and_ends_the_process(string handler, string source, string type, string message)
    {
        await using var run = await BootstrapRun.StartAsync("python", handler, [("app.py", source)]);

        var outcome = await run.InvokeAsync();

        Assert.Equal(("init/error", type, message), (outcome.Kind, outcome.Type, outcome.Message));
        Assert.Equal("", outcome.Request.Json.GetProperty("requestId").GetString());
        Assert.All(outcome.Trace("stackTrace"), frame => Assert.Contains("app.py", frame));
        Assert.Contains($"[ERROR] {type}: {message}", outcome.Log);
        Assert.Equal(1, await run.ExitCodeAsync());
    }

    [Fact]
    public async Task The_context_has_every_field()
    {
        var outcome = await InvokeAsync("""
            def handler(event, c):
                cc = c.client_context
                assert c.client_context.client.app_title == 'Shop' and cc.client.app_version_code is None
                assert 0 < c.get_remaining_time_in_millis() <= 100_000
                c.log('seen\n')
                return [c.function_name, c.function_version, c.memory_limit_in_mb, c.log_group_name, c.log_stream_name,
                        c.aws_request_id, c.invoked_function_arn, cc.custom, cc.env, cc.client.installation_id,
                        c.identity.cognito_identity_id, c.identity.cognito_identity_pool_id]
            """, "{}",
            ("Lambda-Runtime-Client-Context", """{"client":{"installation_id":"i1","app_title":"Shop"},"custom":{"k":"v"},"env":{"e":"f"}}"""),
            ("Lambda-Runtime-Cognito-Identity", """{"cognitoIdentityId":"id1","cognitoIdentityPoolId":"pool1"}"""),
            ("Lambda-Runtime-Deadline-Ms", DeadlineIn(100)));

        Assert.Equal(
            $$"""["hello", "7", "256", "/aws/lambda/hello", "2026/01/31/[7]0123", "{{BootstrapRun.RequestId}}", "arn:aws:lambda:us-east-1:000000000000:function:hello:live", {"k": "v"}, {"e": "f"}, "i1", "id1", "pool1"]""",
            outcome.Body);
        Assert.Equal("seen\n", outcome.Log);
    }

    [Fact]
    public async Task Without_client_context_and_identity_the_fields_are_None()
    {
        var outcome = await InvokeAsync(
            "def handler(e, c): return [c.client_context, c.identity.cognito_identity_id, c.get_remaining_time_in_millis()]",
            "{}", ("Lambda-Runtime-Deadline-Ms", "1000"));

        Assert.Equal("[null, null, 0]", outcome.Body);
    }

    [Fact]
    public async Task A_client_context_that_is_no_JSON_fails_the_invocation()
    {
        var outcome = await InvokeAsync("def handler(e, c): return 1", "{}", ("Lambda-Runtime-Client-Context", "{x"));

        Assert.Equal("Runtime.LambdaContextUnmarshalError", outcome.Type);
    }

    [Fact]
    public async Task The_trace_id_of_each_invocation_is_in_the_environment()
    {
        await using var run = await StartAsync("import os\ndef handler(e, c): return os.environ.get('_X_AMZN_TRACE_ID')");

        Assert.Equal("\"Root=1-2\"", (await run.InvokeAsync("{}", ("Lambda-Runtime-Trace-Id", "Root=1-2"))).Body);
        Assert.Equal("null", (await run.InvokeAsync()).Body);
    }

    [Theory]
    [InlineData("def handler(e, c): print('one'); print('two', end='')", "one\ntwo")]
    [InlineData("import sys\ndef handler(e, c): print('out'); print('err', file=sys.stderr); print('out')", "out\nerr\nout\n")]
    [InlineData("import logging\ndef handler(e, c): logging.info('hidden'); logging.warning('seen %d', 1)", @"^\[WARNING\]\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\t8f5cd7e1-0000-4000-8000-000000000001\tseen 1\n$")]
    [InlineData("import logging\nlogger = logging.getLogger()\nlogger.setLevel('INFO')\nlogger.info('init')\ndef handler(e, c): logger.info('seen')", @"^\[INFO\]\t[^\t]+Z\t\tinit\n\[INFO\]\t[^\t]+Z\t8f5cd7e1-0000-4000-8000-000000000001\tseen\n$")]
    [InlineData("import logging.handlers\ndef handler(e, c): logging.getLogger('mine').error('seen')", @"^\[ERROR\]\t[^\t]+Z\t8f5cd7e1-[^\t]+\tseen\n$")]
    [InlineData("import subprocess\ndef handler(e, c): print('before'); subprocess.run(['/bin/echo', 'child']); print('after')", "before\nchild\nafter\n")]
    public async Task What_a_handler_prints_is_out_before_its_response(string source, string log)
    {
        var outcome = await InvokeAsync(source);

        Assert.Equal("response", outcome.Kind);
        if (log.StartsWith('^'))
            Assert.Matches(log, outcome.Log);
        else
            Assert.Equal(log, outcome.Log);
    }

    [Theory]
    [InlineData("import sys\ndef handler(e, c): print('last'); sys.exit(3)", 3)]
    [InlineData("def handler(e, c): print('last'); exit()", 0)]
    [InlineData("import os\ndef handler(e, c): print('last'); os._exit(4)", 4)]
    public async Task A_handler_that_exits_ends_the_process_with_its_status(string source, int status)
    {
        await using var run = await StartAsync(source);
        await run.Api.ReadAsync();
        await run.Api.InvocationAsync(BootstrapRun.RequestId, "{}");

        Assert.Equal(status, await run.ExitCodeAsync());
        Assert.Equal("last\n", run.Output);
        await Assert.ThrowsAsync<EndOfStreamException>(run.Api.ReadAsync);
    }

    [Fact]
    public async Task When_the_node_hangs_up_the_process_ends_quietly_even_with_threads_running()
    {
        await using var run = await StartAsync("import threading\nthreading.Thread(target=threading.Event().wait).start()\ndef handler(e, c): pass");
        await run.InvokeAsync();
        await run.Api.ReadAsync();

        run.Api.HangUp();

        Assert.Equal(0, await run.ExitCodeAsync());
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task State_is_kept_between_invocations_of_one_process()
    {
        await using var run = await StartAsync("n = 0\ndef handler(e, c):\n    global n\n    n += 1\n    return n");

        Assert.Equal("1", (await run.InvokeAsync()).Body);
        Assert.Equal("2", (await run.InvokeAsync()).Body);
    }

    [Fact]
    public async Task Payloads_and_responses_of_six_megabytes_pass()
    {
        var payload = $"\"{new string('x', 6_000_000)}\"";

        Assert.Equal(payload, (await InvokeAsync("def handler(e, c): return e", payload)).Body);
    }

    [Fact]
    public async Task A_request_that_arrives_byte_by_byte_is_understood()
    {
        await using var run = await StartAsync("def handler(e, c): return e");
        await run.Api.ReadAsync();
        foreach (var part in Encoding.UTF8.GetBytes("HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id:r1\r\nCONTENT-LENGTH: 4\r\n\r\n\"é\""))
            await run.Api.SendAsync(new[] { part });

        Assert.Equal("/2018-06-01/runtime/invocation/r1/response", (await run.Api.ReadAsync()).Path);
    }

    [Fact]
    public async Task The_response_and_the_request_for_more_are_one_write_and_the_acceptance_is_awaited() =>
        await Pipelining.CheckAsync(await StartAsync("def handler(e, c): return 1"));

    [Fact]
    public async Task A_response_over_the_limit_costs_its_own_invocation_only() =>
        await Pipelining.CheckTooLargeAsync(await StartAsync("def handler(e, c): return 'x' * e"));

    [Fact]
    public async Task Path_files_of_the_package_are_honoured()
    {
        await using var run = await BootstrapRun.StartAsync("python", "app.handler",
            [("app.py", "import deep\ndef handler(e, c): return deep.x"), ("vendor/deep.py", "x = 1"), ("vendor.pth", "vendor\n")]);

        Assert.Equal("1", (await run.InvokeAsync()).Body);
    }

    private static string DeadlineIn(int seconds) =>
        DateTimeOffset.UtcNow.AddSeconds(seconds).ToUnixTimeMilliseconds().ToString();

    private static Task<BootstrapRun> StartAsync(string source) =>
        BootstrapRun.StartAsync("python", "app.handler", [("app.py", source)]);

    private static async Task<Outcome> InvokeAsync(string source, string payload = "{}", params (string, string)[] headers)
    {
        await using var run = await StartAsync(source);
        return await run.InvokeAsync(payload, headers);
    }
}
