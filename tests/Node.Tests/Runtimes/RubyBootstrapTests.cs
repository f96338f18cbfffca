using System.Text;

namespace Hearth.Node.Tests.Runtimes;

/// <summary>The Ruby bootstrap as functions and callers see it. Sources are bodies of app.rb unless a row says otherwise.</summary>
public sealed class RubyBootstrapTests
{
    private const string Echo = "def handler(event:, context:) = event";

    [Theory]
    [InlineData(Echo, """{"a": [1, 2.5, null, true], "é": "\u00fc"}""", """{"a":[1,2.5,null,true],"é":"ü"}""")]
    [InlineData(Echo, "\"text\"", "\"text\"")]
    [InlineData("def handler(event:, context:); end", "{}", "null")]
    [InlineData("def handler(event:, context:) = event['n'] * 2", """{"n": 21}""", "42")]
    [InlineData("def handler(event:, context:) = { sym: :bol, 1 => nil, 'deep' => { t: Time.at(0).utc } }", "{}", """{"sym":"bol","1":null,"deep":{"t":"1970-01-01 00:00:00 UTC"}}""")]
    [InlineData("def handler(**arguments) = arguments.keys", "{}", """["event","context"]""")]
    [InlineData("require 'stringio'\ndef handler(event:, context:) = StringIO.new('raw é')", "{}", "raw é")]
    [InlineData("def handler(event:, context:) = File.open(__FILE__)", "{}", "def handler(event:, context:) = File.open(__FILE__)")]
    [InlineData("def handler(event:, context:) = Dir.pwd == ENV['LAMBDA_TASK_ROOT'] && $LOAD_PATH.first(2) == [Dir.pwd, '/opt/ruby/lib']", "{}", "true")]
    [InlineData("def handler(event:, context:) = ENV['AWS_EXECUTION_ENV'].start_with?('AWS_Lambda_ruby')", "{}", "true")]
    [InlineData("def handler(event:, context:) = `echo $GEM_PATH $RUBYLIB`.gsub(Dir.pwd, 'T').gsub(RUBY_VERSION[/\\d+\\.\\d+/], 'V').strip", "{}", "\"T/vendor/bundle/ruby/V.0:/opt/ruby/gems/V.0 T:/opt/ruby/lib\"")]
    [InlineData("def handler(event:, context:) = ENV['_X_AMZN_TRACE_ID']", "{}", "null")]
    [InlineData("def handler(event:, context:) = context.class", "{}", "\"LambdaContext\"")]
    [InlineData("def read = 1\ndef load = 1\ndef format = 1\ndef exit = 1\ndef post = 1\ndef text = 1\ndef handler(event:, context:) = 2", "{}", "2")]
    [InlineData("module AwsLambda\n  class Marshaller\n    def self.marshall_response(result) = '[\"mine\"]'\n  end\nend\ndef handler(event:, context:) = 1", "{}", "[\"mine\"]")]
    public async Task A_handler_answers_with_its_result(string source, string payload, string expected)
    {
        var outcome = await InvokeAsync(source, payload);

        Assert.Equal(("response", expected), (outcome.Kind, outcome.Body));
    }

    [Theory]
    [InlineData("app.handler", "app.rb", "def handler(event:, context:) = __FILE__")]
    [InlineData("lib/deep/app.handler", "lib/deep/app.rb", "def handler(event:, context:) = __FILE__")]
    [InlineData("app.App.handler", "app.rb", "class App\n  def self.handler(event:, context:) = __FILE__\nend")]
    [InlineData("app.One::Two.handler", "app.rb", "module One\n  class Two\n    class << self\n      def handler(event:, context:) = __FILE__\n    end\n  end\nend")]
    [InlineData("json.handler", "json.rb", "def handler(event:, context:) = __FILE__")]
    [InlineData("handler.handler", "handler.rb", "def handler(event:, context:) = __FILE__")]
    public async Task A_handler_name_finds_its_method(string handler, string file, string source)
    {
        await using var run = await BootstrapRun.StartAsync("ruby", handler, [(file, source)]);

        Assert.Equal($"\"{Path.Combine(run.Task, file)}\"", (await run.InvokeAsync()).Body);
    }

    [Theory]
    [InlineData("def handler(event:, context:) = raise('bad')", "Function<RuntimeError>", "bad")]
    [InlineData("class Mine < StandardError; end\ndef handler(event:, context:) = raise(Mine, 'é')", "Function<Mine>", "é")]
    [InlineData("def handler(event:, context:) = raise(\"\\xff\".b)", "Function<RuntimeError>", "\ufffd")]
    [InlineData("def handler(event:, context:) = event.fetch('absent')", "Function<KeyError>", "key not found: \"absent\"")]
    [InlineData("def handler(event, context) = 1", "Function<ArgumentError>", "wrong number of arguments (given 1, expected 2)")]
    [InlineData("def handler(event:, context:) = [1, 2, 3].first('two')", "Function<TypeError>", "no implicit conversion of String into Integer")]
    public async Task A_failing_handler_is_reported_and_the_next_invocation_is_served(string source, string type, string message)
    {
        await using var run = await StartAsync(source + "\n");

        var outcome = await run.InvokeAsync();
        var next = await run.InvokeAsync();

        Assert.Equal(("error", type, message), (outcome.Kind, outcome.Type, outcome.Message));
        Assert.Equal(["errorMessage", "errorType", "stackTrace"], outcome.Request.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(type, next.Type);
    }

    [Theory]
    [InlineData("def handler(event:, context:) = Float::NAN", "Function<JSON::GeneratorError>")]
    [InlineData("def handler(event:, context:) = \"\\xff\"", "Function<JSON::GeneratorError>")]
    [InlineData("def handler(event:, context:) = (a = []; a << a)", "Function<JSON::NestingError>")]
    public async Task A_result_that_is_no_JSON_is_reported(string source, string type) =>
        Assert.Equal(type, (await InvokeAsync(source)).Type);

    [Theory]
    [InlineData("def handler(event:, context:) = exit(3)", "Function<SystemExit>", "exit")]
    [InlineData("def handler(event:, context:) = abort", "Function<SystemExit>", "exit")]
    [InlineData("def handler(event:, context:) = nil.absent", "Function<NoMethodError>", "undefined method ")]
    [InlineData("def handler(event:, context:) = Absent", "Function<NameError>", "uninitialized constant Absent")]
    [InlineData("def handler(event:, context:) = handler(event:, context:)", "Function<SystemStackError>", "stack level too deep")]
    [InlineData("def handler(event:, context:) = raise(Exception, 'grave')", "Function<Exception>", "grave")]
    [InlineData("def other; end", "Function<NoMethodError>", "undefined method ")]
    public async Task What_no_program_should_go_on_after_is_reported_and_ends_the_process(string source, string type, string message)
    {
        await using var run = await StartAsync("at_exit { puts 'goodbye' }\n" + source);

        var outcome = await run.InvokeAsync();

        Assert.Equal(("error", type), (outcome.Kind, outcome.Type));
        Assert.StartsWith(message, outcome.Message);
        Assert.StartsWith("Critical exception from handler\n{\n", outcome.Log);
        Assert.Equal(255, await run.ExitCodeAsync());
        Assert.EndsWith("\ngoodbye\n", run.Output);
    }

    [Fact]
    public async Task A_handler_that_exits_at_once_ends_the_process_with_its_status()
    {
        await using var run = await StartAsync("def handler(event:, context:); print 'last'; exit!(4); end");
        await run.Api.ReadAsync();
        await run.Api.InvocationAsync(BootstrapRun.RequestId, "{}");

        Assert.Equal(4, await run.ExitCodeAsync());
        Assert.Equal("last", run.Output);
        await Assert.ThrowsAsync<EndOfStreamException>(run.Api.ReadAsync);
    }

    [Fact]
    public async Task A_stack_trace_has_the_functions_own_frames_in_the_report_and_in_the_log()
    {
        await using var run = await StartAsync("def inner\n  raise 'bad'\nend\n\ndef handler(event:, context:)\n  inner\nend\n");

        var outcome = await run.InvokeAsync();

        var file = Path.Combine(run.Task, "app.rb");
        Assert.Collection(outcome.Trace("stackTrace"),
            frame => Assert.Matches($"^{file}:2:in .(Object#)?inner'$", frame),
            frame => Assert.Matches($"^{file}:6:in .(Object#)?handler'$", frame));
        Assert.StartsWith("Error raised from handler method\n{\n  \"errorMessage\": \"bad\",\n  \"errorType\": \"Function<RuntimeError>\",\n  \"stackTrace\": [\n    \"", outcome.Log);
        Assert.EndsWith("\"\n  ]\n}\n", outcome.Log);
    }

    [Fact]
    public async Task A_payload_that_is_no_JSON_fails_and_the_next_invocation_is_served()
    {
        await using var run = await StartAsync(Echo);

        var failed = await run.InvokeAsync("{x}");
        var served = await run.InvokeAsync("[1]");

        Assert.Equal("Runtime<JSON::ParserError>", failed.Type);
        Assert.Equal("[1]", served.Body);
    }

    [Theory]
    [InlineData("absent.handler", "", "Init<LoadError>", "cannot load such file -- absent")]
    [InlineData("app.handler", "require 'absent'", "Init<LoadError>", "cannot load such file -- absent")]
    [InlineData("app.handler", "def handler(", "Init<SyntaxError>", "")]
    [InlineData("app.handler", "raise ArgumentError, 'early'", "Init<ArgumentError>", "early")]
    [InlineData("app.handler", "exit 0", "Init<SystemExit>", "exit")]
    [InlineData("app", "", "Init<ArgumentError>", "Invalid handler 'app': ")]
    [InlineData("app.a.b.c", "", "Init<ArgumentError>", "Invalid handler 'app.a.b.c': ")]
    public async Task A_failed_init_is_reported_and_ends_the_process(string handler, string source, string type, string message)
    {
        await using var run = await BootstrapRun.StartAsync("ruby", handler, [("app.rb", source)]);

        var outcome = await run.InvokeAsync();

        Assert.Equal(("init/error", type), (outcome.Kind, outcome.Type));
        Assert.StartsWith(message, outcome.Message);
        Assert.DoesNotContain(outcome.Trace("stackTrace"), frame => frame.StartsWith(Repository.Runtimes, StringComparison.Ordinal));
        Assert.StartsWith($"Init error when loading handler {handler}\n{{\n", outcome.Log);
        Assert.Equal(252, await run.ExitCodeAsync());
    }

    [Fact]
    public async Task The_context_has_every_field()
    {
        var outcome = await InvokeAsync("""
            def handler(event:, context:)
              c = context
              raise 'time' unless c.get_remaining_time_in_millis.between?(1, 100_000) && c.deadline_ms.is_a?(Integer)
              [c.function_name, c.function_version, c.memory_limit_in_mb, c.log_group_name, c.log_stream_name, c.aws_request_id,
               c.invoked_function_arn, c.client_context['custom'], c.client_context['client']['app_title'], c.identity]
            end
            """, "{}",
            ("Lambda-Runtime-Client-Context", """{"client":{"app_title":"Läden"},"custom":{"k":"v"}}"""),
            ("Lambda-Runtime-Cognito-Identity", """{"cognitoIdentityId":"id1","cognitoIdentityPoolId":"pool1"}"""),
            ("Lambda-Runtime-Deadline-Ms", DateTimeOffset.UtcNow.AddSeconds(100).ToUnixTimeMilliseconds().ToString()));

        Assert.Equal(
            $$"""["hello","7","256","/aws/lambda/hello","2026/01/31/[7]0123","{{BootstrapRun.RequestId}}","arn:aws:lambda:us-east-1:000000000000:function:hello:live",{"k":"v"},"Läden",{"cognitoIdentityId":"id1","cognitoIdentityPoolId":"pool1"}]""",
            outcome.Body);
    }

    [Fact]
    public async Task Without_client_context_and_identity_the_fields_are_nil()
    {
        var outcome = await InvokeAsync(
            "def handler(event:, context:) = [context.client_context, context.identity, context.get_remaining_time_in_millis]",
            "{}", ("Lambda-Runtime-Deadline-Ms", "1000"));

        Assert.Equal("[null,null,0]", outcome.Body);
    }

    [Fact]
    public async Task A_client_context_that_is_no_JSON_fails_the_invocation()
    {
        var outcome = await InvokeAsync(Echo, "{}", ("Lambda-Runtime-Client-Context", "{x"));

        Assert.Equal(("error", "Runtime<JSON::ParserError>"), (outcome.Kind, outcome.Type));
    }

    [Fact]
    public async Task The_trace_id_of_each_invocation_is_in_the_environment()
    {
        await using var run = await StartAsync("def handler(event:, context:) = ENV['_X_AMZN_TRACE_ID']");

        Assert.Equal("\"Root=1-2\"", (await run.InvokeAsync("{}", ("Lambda-Runtime-Trace-Id", "Root=1-2"))).Body);
        Assert.Equal("null", (await run.InvokeAsync()).Body);
    }

    [Theory]
    [InlineData("def handler(event:, context:); puts 'one'; print 'twö'; end", "one\ntwö")]
    [InlineData("def handler(event:, context:); puts 'out'; warn 'err'; puts 'out'; end", "out\nerr\nout\n")]
    [InlineData("def handler(event:, context:); puts 'before'; system('/bin/echo', 'child'); puts 'after'; end", "before\nchild\nafter\n")]
    [InlineData("require 'logger'\nLOG = Logger.new($stdout)\ndef handler(event:, context:) = LOG.info('seen')", @"^I, \[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6} #\d+\]  INFO 8f5cd7e1-0000-4000-8000-000000000001 -- : seen\n$")]
    [InlineData("def handler(event:, context:) = Logger.new($stderr, level: :warn, progname: 'me').tap { |l| l.info('no') }.error('seen')", @"^E, \[[^]]+\] ERROR 8f5cd7e1-[^ ]+ -- me: seen\n$")]
    [InlineData("def handler(event:, context:) = Logger.new($stdout, formatter: ->(*parts) { parts.last + '!' }).warn('own')", "own!")]
    [InlineData("def handler(event:, context:) = Logger.new(nil).warn('nowhere')", "")]
    public async Task What_a_handler_prints_is_out_before_its_response(string source, string log)
    {
        var outcome = await InvokeAsync(source);

        Assert.Equal("response", outcome.Kind);
        if (log.StartsWith('^'))
            Assert.Matches(log, outcome.Log);
        else
            Assert.Equal(log, outcome.Log);
    }

    [Fact]
    public async Task When_the_node_hangs_up_the_process_ends_quietly_even_with_threads_running()
    {
        await using var run = await StartAsync("Thread.new { sleep }\n" + Echo);
        await run.InvokeAsync();
        await run.Api.ReadAsync();

        run.Api.HangUp();

        Assert.Equal(0, await run.ExitCodeAsync());
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task State_is_kept_between_invocations_of_one_process()
    {
        await using var run = await StartAsync("$n = 0\ndef handler(event:, context:) = $n += 1");

        Assert.Equal("1", (await run.InvokeAsync()).Body);
        Assert.Equal("2", (await run.InvokeAsync()).Body);
    }

    [Fact]
    public async Task Payloads_and_responses_of_six_megabytes_pass()
    {
        var payload = $"\"{new string('x', 6_000_000)}\"";

        Assert.Equal(payload, (await InvokeAsync(Echo, payload)).Body);
    }

    [Fact]
    public async Task A_request_that_arrives_byte_by_byte_is_understood()
    {
        await using var run = await StartAsync(Echo);
        await run.Api.ReadAsync();
        foreach (var part in Encoding.UTF8.GetBytes("HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id:r1\r\nCONTENT-LENGTH: 4\r\n\r\n\"é\""))
            await run.Api.SendAsync(new[] { part });

        var response = await run.Api.ReadAsync();
        Assert.Equal(("/2018-06-01/runtime/invocation/r1/response", "\"é\""), (response.Path, response.Body));
    }

    [Fact]
    public async Task The_response_and_the_request_for_more_are_one_write_and_the_acceptance_is_awaited() =>
        await Pipelining.CheckAsync(await StartAsync("def handler(event:, context:) = 1"));

    [Fact]
    public async Task A_response_over_the_limit_costs_its_own_invocation_only() =>
        await Pipelining.CheckTooLargeAsync(await StartAsync("def handler(event:, context:) = 'x' * event"));

    private static Task<BootstrapRun> StartAsync(string source) =>
        BootstrapRun.StartAsync("ruby", "app.handler", [("app.rb", source)], ("LANG", "C.UTF-8"));

    private static async Task<Outcome> InvokeAsync(string source, string payload = "{}", params (string, string)[] headers)
    {
        await using var run = await StartAsync(source);
        return await run.InvokeAsync(payload, headers);
    }
}
