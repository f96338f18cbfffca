using System.Text;

namespace Hearth.Node.Tests.Runtimes;

/// <summary>The Node.js bootstrap as functions and callers see it. Sources are those of app.js unless a row says otherwise.</summary>
public sealed class NodeBootstrapTests
{
    private const string Prefix = @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\t8f5cd7e1-0000-4000-8000-000000000001\t";

    [Theory]
    [InlineData("exports.handler = async (event) => event;", """{"a":[1,2.5,null,true],"é":"\u00fc"}""", """{"a":[1,2.5,null,true],"é":"ü"}""")]
    [InlineData("exports.handler = async () => {};", "{}", "null")]
    [InlineData("exports.handler = async () => undefined;", "{}", "null")]
    [InlineData("exports.handler = async () => () => 1;", "{}", "null")]
    [InlineData("exports.handler = (event) => new Promise((resolve) => setTimeout(() => resolve(event.n * 2), 5));", """{"n":21}""", "42")]
    [InlineData("exports.handler = (event, context, callback) => { callback(null, 'called'); };", "{}", "\"called\"")]
    [InlineData("exports.handler = (event, context, callback) => { setTimeout(() => callback(null, 'later'), 5); };", "{}", "\"later\"")]
    [InlineData("exports.handler = (event, context, callback) => { callback(null, 1); callback(null, 2); };", "{}", "1")]
    [InlineData("let n = 0; exports.handler = (event, context, callback) => { const o = { get n() { return n; } }; setTimeout(() => { n = 1; }, 20); callback(null, o); };", "{}", """{"n":1}""")]
    [InlineData("let n = 0; exports.handler = (event, context, callback) => { context.callbackWaitsForEmptyEventLoop = false; setTimeout(() => { n = 1; }, 600000); callback(null, n); };", "{}", "0")]
    [InlineData("exports.handler = (event, context) => { context.succeed('s'); };", "{}", "\"s\"")]
    [InlineData("exports.handler = (event, context) => { setInterval(() => {}, 1000); context.done(null, 'd'); };", "{}", "\"d\"")]
    [InlineData("exports.handler = () => 'a plain value is no answer';", "{}", "null")]
    [InlineData("exports.handler = () => new Promise(() => {});", "{}", "null")]
    [InlineData("exports.handler = async () => process.cwd() === process.env.LAMBDA_TASK_ROOT;", "{}", "true")]
    [InlineData("exports.handler = async () => /^AWS_Lambda_nodejs\\d+\\.x$/.test(process.env.AWS_EXECUTION_ENV);", "{}", "true")]
    public async Task A_handler_answers_in_each_of_the_ways_there_are(string source, string payload, string expected)
    {
        var outcome = await InvokeAsync(source, payload);

        Assert.Equal(("response", expected), (outcome.Kind, outcome.Body));
    }

    [Theory]
    [InlineData("app.handler", "app.js", "exports.handler = async () => 'x';")]
    [InlineData("dir/sub/app.handler", "dir/sub/app.js", "exports.handler = async () => 'x';")]
    [InlineData("app.api.v1.handler", "app.js", "exports.api = { v1: { handler: async () => 'x' } };")]
    [InlineData("app.handler", "app.cjs", "exports.handler = async () => 'x';")]
    [InlineData("app.handler", "app.mjs", "export const handler = async () => 'x';")]
    [InlineData("app.handler", "app.mjs", "const x = await Promise.resolve('x'); export const handler = async () => x;")]
    [InlineData("app.handler", "app.mjs", "import fs from 'fs'; export async function handler() { return fs ? 'x' : 'y'; }")]
    [InlineData("dir/app.default", "dir/app.mjs", "export default async () => 'x';")]
    [InlineData("app.handler", "app/index.js", "exports.handler = async () => 'x';")]
    [InlineData("mod.handler", "node_modules/mod/index.js", "exports.handler = async () => 'x';")]
    [InlineData("app.handler", "app", "exports.handler = async () => 'x';")]
    public async Task A_handler_name_finds_its_module(string handler, string file, string source)
    {
        await using var run = await BootstrapRun.StartAsync("nodejs", handler, [(file, source)]);

        Assert.Equal("\"x\"", (await run.InvokeAsync()).Body);
    }

    [Theory]
    [InlineData("""{"type":"module"}""", "export const handler = async () => import.meta.url.endsWith('app.js');")]
    [InlineData("""{"type":"commonjs"}""", "exports.handler = async () => true;")]
    [InlineData("{}", "exports.handler = async () => true;")]
    public async Task The_nearest_package_file_says_what_a_js_file_is(string package, string source)
    {
        await using var run = await BootstrapRun.StartAsync("nodejs", "src/app.handler", [("package.json", package), ("src/app.js", source)]);

        Assert.Equal("true", (await run.InvokeAsync()).Body);
    }

    [Theory]
    [InlineData("exports.handler = async () => { throw new TypeError('bad'); };", "TypeError", "bad")]
    [InlineData("exports.handler = () => { throw new Error('bad'); };", "Error", "bad")]
    [InlineData("exports.handler = (e, c, callback) => { callback(new RangeError('bad')); };", "RangeError", "bad")]
    [InlineData("exports.handler = (e, c, callback) => { setInterval(() => {}, 1000); callback('text'); };", "string", "text")]
    [InlineData("exports.handler = (e, c) => { c.fail(new Error('bad')); };", "Error", "bad")]
    [InlineData("exports.handler = (e, c) => { c.fail(); };", "string", "handled")]
    [InlineData("exports.handler = (e, c) => { c.done('text'); };", "string", "text")]
    [InlineData("exports.handler = async () => { throw 'text'; };", "string", "text")]
    [InlineData("exports.handler = async () => { throw { a: 1 }; };", "object", "[object Object]")]
    [InlineData("exports.handler = async () => { throw 7; };", "number", "7")]
    [InlineData("class Mine extends Error { constructor(m) { super(m); this.name = 'Mine'; } } exports.handler = async () => { throw new Mine('é'); };", "Mine", "é")]
    [InlineData("exports.handler = async () => { const o = {}; o.o = o; return o; };", "Error", "Unable to stringify response body")]
    [InlineData("exports.handler = async () => 1n;", "Error", "Unable to stringify response body")]
    public async Task A_failing_handler_is_reported_with_type_and_message(string source, string type, string message)
    {
        var outcome = await InvokeAsync(source);

        Assert.Equal(("error", type, message), (outcome.Kind, outcome.Type, outcome.Message));
        Assert.Equal(["errorType", "errorMessage", "trace"], outcome.Request.Json.EnumerateObject().Select(member => member.Name));
        Assert.Matches(Prefix + "ERROR\tInvoke Error \t.+\n$", outcome.Log);
    }

    [Fact]
    public async Task A_trace_is_the_stack_line_by_line_and_the_log_shows_the_errors_own_members_too()
    {
        await using var run = await StartAsync("exports.handler = async () => { throw Object.assign(new Error('bad'), { code: 'E1', extra: [2] }); };");

        var outcome = await run.InvokeAsync();

        var trace = outcome.Trace("trace");
        Assert.Equal("Error: bad", trace[0]);
        Assert.Contains(Path.Combine(run.Task, "app.js") + ":1:", trace[1]);
        Assert.Contains("""ERROR	Invoke Error 	{"errorType":"Error","errorMessage":"bad","code":"E1","extra":[2],"stack":["Error: bad",""", outcome.Log);
    }

    [Fact]
    public async Task An_async_handler_that_can_never_return_fails()
    {
        var outcome = await InvokeAsync("exports.handler = async () => { await new Promise(() => {}); };");

        Assert.Equal(("error", "Runtime.NodeJsExit"), (outcome.Kind, outcome.Type));
    }

    [Fact]
    public async Task A_payload_that_is_no_JSON_fails_and_the_next_invocation_is_served()
    {
        await using var run = await StartAsync("exports.handler = async (event) => event;");

        Assert.Equal("SyntaxError", (await run.InvokeAsync("{x}")).Type);
        Assert.Equal("[1]", (await run.InvokeAsync("[1]")).Body);
    }

    [Theory]
    [InlineData("absent.handler", "", "Runtime.ImportModuleError", "Error: Cannot find module 'absent'\nRequire stack:\n- ", "Uncaught Exception")]
    [InlineData("app.handler", "require('absent');", "Runtime.ImportModuleError", "Error: Cannot find module 'absent'\nRequire stack:\n- ", "Uncaught Exception")]
    [InlineData("app.missing", "exports.handler = 1;", "Runtime.HandlerNotFound", "app.missing is undefined or not exported", "Uncaught Exception")]
    [InlineData("app.handler", "exports.handler = 'text';", "Runtime.HandlerNotFound", "app.handler is not a function", "Uncaught Exception")]
    [InlineData("app", "", "Runtime.MalformedHandlerName", "Bad handler", "Uncaught Exception")]
    [InlineData("../app.handler", "", "Runtime.MalformedHandlerName", "'../app.handler' is not a valid handler name", "Uncaught Exception")]
    [InlineData("app.handler", "const = 1;", "Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected token '='", "Uncaught Exception")]
    [InlineData("app.handler", "throw new RangeError('early');", "RangeError", "early", "Uncaught Exception")]
    [InlineData("app.handler", "Promise.reject(new Error('early')); exports.handler = async () => 1;", "Runtime.UnhandledPromiseRejection", "Error: early", "Unhandled Promise Rejection")]
    public async Task A_failed_init_is_reported_and_ends_the_process(string handler, string source, string type, string message, string title)
    {
        await using var run = await BootstrapRun.StartAsync("nodejs", handler, [("app.js", source)]);

        var outcome = await run.InvokeAsync();

        Assert.Equal(("init/error", type), (outcome.Kind, outcome.Type));
        Assert.StartsWith(message, outcome.Message);
        Assert.Contains($"Z\tundefined\tERROR\t{title} \t{{\"errorType\":\"{type}\"", outcome.Log);
        Assert.InRange(await run.ExitCodeAsync(), 128, 129);
    }

    [Theory]
    [InlineData("exports.handler = () => { setTimeout(() => { throw new TypeError('late'); }, 1); };", "TypeError", "late", 129)]
    [InlineData("exports.handler = () => { Promise.reject(new Error('late')); return new Promise((r) => setTimeout(r, 600000)); };", "Runtime.UnhandledPromiseRejection", "Error: late", 128)]
    [InlineData("exports.handler = async () => { Promise.reject('late'); await new Promise((r) => setTimeout(r, 600000)); };", "Runtime.UnhandledPromiseRejection", "late", 128)]
    public async Task An_error_that_nobody_catches_is_reported_and_then_ends_the_process(string source, string type, string message, int status)
    {
        await using var run = await StartAsync(source);

        var outcome = await run.InvokeAsync();

        Assert.Equal(("error", type, message), (outcome.Kind, outcome.Type, outcome.Message));
        Assert.Equal(status, await run.ExitCodeAsync());
    }

    [Fact]
    public async Task An_error_after_the_answer_leaves_the_answer_and_ends_the_process()
    {
        await using var run = await StartAsync("exports.handler = async () => { setImmediate(() => { throw new Error('late'); }); return 1; };");

        Assert.Equal("1", (await run.InvokeAsync()).Body);
        Assert.Equal(129, await run.ExitCodeAsync());
        Assert.Contains("Uncaught Exception", run.Output);
    }

    [Fact]
    public async Task The_context_has_every_field()
    {
        var outcome = await InvokeAsync("""
            exports.handler = async (event, c) => {
              const left = c.getRemainingTimeInMillis();
              return [c.functionName, c.functionVersion, c.memoryLimitInMB, c.logGroupName, c.logStreamName, c.awsRequestId,
                      c.invokedFunctionArn, c.clientContext, c.identity, c.callbackWaitsForEmptyEventLoop, left > 0 && left <= 100000];
            };
            """, "{}",
            ("Lambda-Runtime-Client-Context", """{"client":{"app_title":"Schön"},"custom":{"k":"v"}}"""),
            ("Lambda-Runtime-Cognito-Identity", """{"cognitoIdentityId":"id1"}"""),
            ("Lambda-Runtime-Deadline-Ms", DateTimeOffset.UtcNow.AddSeconds(100).ToUnixTimeMilliseconds().ToString()));

        Assert.Equal(
            $$$"""["hello","7","256","/aws/lambda/hello","2026/01/31/[7]0123","{{{BootstrapRun.RequestId}}}","arn:aws:lambda:us-east-1:000000000000:function:hello:live",{"client":{"app_title":"Schön"},"custom":{"k":"v"}},{"cognitoIdentityId":"id1"},true,true]""",
            outcome.Body);
    }

    [Fact]
    public async Task Without_client_context_and_identity_the_fields_are_undefined() =>
        Assert.Equal("true", (await InvokeAsync("exports.handler = async (e, c) => c.clientContext === undefined && c.identity === undefined;")).Body);

    [Fact]
    public async Task A_client_context_that_is_no_JSON_fails_the_invocation()
    {
        var outcome = await InvokeAsync("exports.handler = async () => 1;", "{}", ("Lambda-Runtime-Client-Context", "{x"));

        Assert.StartsWith("Cannot parse ClientContext as json: SyntaxError", outcome.Message);
    }

    [Fact]
    public async Task The_trace_id_of_each_invocation_is_in_the_environment()
    {
        await using var run = await StartAsync("exports.handler = async () => process.env._X_AMZN_TRACE_ID;");

        Assert.Equal("\"Root=1-2\"", (await run.InvokeAsync("{}", ("Lambda-Runtime-Trace-Id", "Root=1-2"))).Body);
        Assert.Equal("null", (await run.InvokeAsync()).Body);
    }

    [Theory]
    [InlineData("console.log('a %d', 1, { b: 2 });", Prefix + @"INFO\ta 1 \{ b: 2 \}\n$")]
    [InlineData("console.info('x');", Prefix + @"INFO\tx\n$")]
    [InlineData("console.debug('x');", Prefix + @"DEBUG\tx\n$")]
    [InlineData("console.warn('x');", Prefix + @"WARN\tx\n$")]
    [InlineData("console.error('x');", Prefix + @"ERROR\tx\n$")]
    [InlineData("console.trace('x');", Prefix + @"TRACE\tx\n$")]
    [InlineData("console.log('one\\ntwo');", Prefix + "INFO\tone\rtwo\n$")]
    [InlineData("process.stdout.write('raw\\n'); console.log('x'); process.stderr.write('err');", @"^raw\n[^\t]+\t[^\t]+\tINFO\tx\nerr$")]
    [InlineData("require('child_process').execSync('echo child', { stdio: 'inherit' });", @"^child\n$")]
    public async Task What_a_handler_prints_is_out_before_its_response(string statement, string log)
    {
        var outcome = await InvokeAsync($"exports.handler = async () => {{ {statement} }};");

        Assert.Equal("null", outcome.Body);
        Assert.Matches(log, outcome.Log);
    }

    [Fact]
    public async Task A_handler_that_exits_ends_the_process_with_its_status()
    {
        await using var run = await StartAsync("exports.handler = async () => { console.log('last'); process.exit(3); };");
        await run.Api.ReadAsync();
        await run.Api.InvocationAsync(BootstrapRun.RequestId, "{}");

        Assert.Equal(3, await run.ExitCodeAsync());
        Assert.EndsWith("INFO\tlast\n", run.Output);
    }

    [Fact]
    public async Task When_the_node_hangs_up_the_process_ends_quietly_even_with_timers_running()
    {
        await using var run = await StartAsync("setInterval(() => {}, 1000); exports.handler = async () => 1;");
        await run.InvokeAsync();
        await run.Api.ReadAsync();

        run.Api.HangUp();

        Assert.Equal(0, await run.ExitCodeAsync());
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task State_is_kept_between_invocations_of_one_process()
    {
        await using var run = await StartAsync("let n = 0; exports.handler = (e, c, callback) => callback(null, ++n);");

        Assert.Equal("1", (await run.InvokeAsync()).Body);
        Assert.Equal("2", (await run.InvokeAsync()).Body);
    }

    [Fact]
    public async Task Payloads_and_responses_of_six_megabytes_pass()
    {
        var payload = $"\"{new string('x', 6_000_000)}\"";

        Assert.Equal(payload, (await InvokeAsync("exports.handler = async (e) => e;", payload)).Body);
    }

    [Fact]
    public async Task A_request_that_arrives_byte_by_byte_is_understood()
    {
        await using var run = await StartAsync("exports.handler = async (e) => e;");
        await run.Api.ReadAsync();
        foreach (var part in Encoding.UTF8.GetBytes("HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id:r1\r\nCONTENT-LENGTH: 4\r\n\r\n\"é\""))
            await run.Api.SendAsync(new[] { part });

        Assert.Equal("/2018-06-01/runtime/invocation/r1/response", (await run.Api.ReadAsync()).Path);
    }

    [Fact]
    public async Task The_response_and_the_request_for_more_are_one_write_and_the_acceptance_is_awaited() =>
        await Pipelining.CheckAsync(await StartAsync("exports.handler = async () => 1;"));

    [Fact]
    public async Task A_response_over_the_limit_costs_its_own_invocation_only() =>
        await Pipelining.CheckTooLargeAsync(await StartAsync("exports.handler = async (n) => 'x'.repeat(n);"));

    private static Task<BootstrapRun> StartAsync(string source) =>
        BootstrapRun.StartAsync("nodejs", "app.handler", [("app.js", source)]);

    private static async Task<Outcome> InvokeAsync(string source, string payload = "{}", params (string, string)[] headers)
    {
        await using var run = await StartAsync(source);
        return await run.InvokeAsync(payload, headers);
    }
}
