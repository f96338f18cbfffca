using System.Text;

namespace Hearth.Node.Tests.Runtimes;

/// <summary>The .NET bootstrap as functions and callers see it. Handlers are those of tests/DotNetFunctions.</summary>
public sealed class DotNetBootstrapTests
{
    [Theory]
    [InlineData("Shapes::Static", "\"é\"", "\"\\u00E9!\"")]
    [InlineData("Shapes::Streams", """{ "as": "it is, é" }""", """{ "as": "it is, é" }""")]
    [InlineData("Shapes::StreamsLater", "[1]", "[1]")]
    [InlineData("Shapes::Poco", """{"customer_name":"Ann","count":2}""", """{"customer_name":"Ann","count":4}""")]
    [InlineData("Shapes::PocoLater", """{"customer_name":"Ann","count":2}""", """{"customer_name":"Ann","count":3}""")]
    [InlineData("Shapes::Value", "41", "42")]
    [InlineData("Shapes::Nothing", "{}", "\"nothing in\"")]
    [InlineData("Shapes::Context", "{}", $"\"{BootstrapRun.RequestId}\"")]
    [InlineData("Shapes::Both", """{"customer_name":"Ann"}""", "\"Ann7\"")]
    [InlineData("Shapes::Hidden", "{}", "\"hidden\"")]
    [InlineData("Shapes::Inherited", "{}", "\"inherited\"")]
    [InlineData("StructShapes::Poco", "{}", "\"struct\"")]
    [InlineData("Shapes::System.String Overloaded(Int32)", "1", "\"number 1\"")]
    public async Task A_handler_of_each_shape_answers_with_its_result(string handler, string payload, string expected)
    {
        var outcome = await InvokeAsync(handler, payload);

        Assert.Equal(("response", expected, ""), (outcome.Kind, outcome.Body, outcome.Log));
    }

    [Theory]
    [InlineData("Shapes::Void")]
    [InlineData("Shapes::Later")]
    public async Task A_handler_without_a_result_answers_with_no_bytes_once_it_has_ended(string handler)
    {
        var outcome = await InvokeAsync(handler, "\"done\"");

        Assert.Equal(("response", "", "done"), (outcome.Kind, outcome.Body, outcome.Log));
    }

    [Theory]
    [InlineData("Double", """{"NAME":"a","count":2}""", """{"Name":"a","Count":4}""")]
    [InlineData("Web", "\"/a\"", "\"/a/x\"")]
    public async Task A_package_without_Lambda_Core_gets_plain_JSON_and_the_web_framework(string method, string payload, string expected)
    {
        await using var run = await BootstrapRun.StartAsync(
            "dotnet", $"OwnProgram::OwnProgram.Plain::{method}", [], ("LAMBDA_TASK_ROOT", DotNetFunctions.Program));

        Assert.Equal(expected, (await run.InvokeAsync(payload)).Body);
    }

    [Theory]
    [InlineData("Failures::Throws", "OrderException", "é", "at Handlers.Failures.Throws(String message)")]
    [InlineData("Failures::ThrowsLater", "OrderException", "é", "at Handlers.Failures.ThrowsLater(String message)")]
    public async Task A_failing_handler_is_reported_with_type_message_and_its_own_frames(string handler, string type, string message, string frame)
    {
        var outcome = await InvokeAsync(handler, "\"é\"");

        Assert.Equal(("error", type, message), (outcome.Kind, outcome.Type, outcome.Message));
        Assert.Equal(["errorType", "errorMessage", "stackTrace"], outcome.Request.Json.EnumerateObject().Select(member => member.Name));
        Assert.StartsWith(frame, Assert.Single(outcome.Trace("stackTrace")));
        Assert.Matches($@"^[^\t]+Z\t{BootstrapRun.RequestId}\tfail\tHandlers\.OrderException: é\r   at Handlers\.Failures\.[^\n]+\n$", outcome.Log);
    }

    [Fact]
    public async Task What_caused_an_exception_is_reported_with_it()
    {
        var nested = (await InvokeAsync("Failures::Nested", "\"outer\"")).Request.Json;
        var several = (await InvokeAsync("Failures::Aggregate")).Request.Json;

        Assert.Equal("ArgumentException", nested.GetProperty("cause").GetProperty("errorType").GetString());
        Assert.False(nested.GetProperty("cause").TryGetProperty("stackTrace", out _));
        Assert.Equal(["one", "two"], several.GetProperty("causes").EnumerateArray().Select(cause => cause.GetProperty("errorMessage").GetString()));
    }

    [Fact]
    public async Task A_report_over_its_ceiling_is_replaced()
    {
        await using var run = await DotNetFunctions.StartAsync("Failures::Huge");
        await run.Api.ReadAsync();
        await run.Api.InvocationAsync("r1", "{}");

        var request = await run.Api.ReadAsync();

        Assert.Equal(("error", "OrderException"), (request.Kind, request.ErrorType));
        Assert.Equal("""{"errorMessage": "Exception exceeded maximum payload size of 256KB."}""", request.Body);
    }

    [Fact]
    public async Task What_cannot_be_read_or_written_as_JSON_fails_and_the_next_invocation_is_served()
    {
        await using var run = await DotNetFunctions.StartAsync("Shapes::Value");

        Assert.Equal("JsonException", (await run.InvokeAsync("{x}")).Type);
        Assert.Equal("2", (await run.InvokeAsync("1")).Body);
        Assert.Equal("JsonException", (await InvokeAsync("Failures::Endless")).Type);
    }

    [Theory]
    [InlineData("Absent::A::B", "LambdaValidationException", "Could not find the specified handler assembly with the file name 'Absent, Culture=neutral, PublicKeyToken=null'. The assembly should be located in the root of your uploaded .zip file.")]
    [InlineData("A:B", "LambdaValidationException", "Invalid lambda function handler: 'A:B'. The valid format is 'ASSEMBLY::TYPE::METHOD'.")]
    [InlineData("::A::B", "LambdaValidationException", "Invalid lambda function handler: '::A::B', the assembly is missing. The valid format is 'ASSEMBLY::TYPE::METHOD'.")]
    [InlineData("A::::B", "LambdaValidationException", "Invalid lambda function handler: 'A::::B', the type is missing. The valid format is 'ASSEMBLY::TYPE::METHOD'.")]
    [InlineData("A::B::", "LambdaValidationException", "Invalid lambda function handler: 'A::B::', the method is missing. The valid format is 'ASSEMBLY::TYPE::METHOD'.")]
    [InlineData("Handlers::Absent::Run", "LambdaValidationException", "Unable to load type 'Absent' from assembly 'Handlers, Culture=neutral, PublicKeyToken=null'.")]
    [InlineData("Handlers::Handlers.Shapes::Absent", "LambdaValidationException", "Unable to find method 'Absent' in type 'Handlers.Shapes' from assembly 'Handlers, Culture=neutral, PublicKeyToken=null': Found no methods matching method name 'Absent'.")]
    [InlineData("Handlers::Handlers.Shapes::Overloaded", "LambdaValidationException", "The method 'Overloaded' in type 'Handlers.Shapes' appears to have a number of overloads. To call this method please specify a complete method signature. Possible candidates are:\nSystem.String Overloaded(System.String)\nSystem.String Overloaded(Int32).")]
    [InlineData("Handlers::Handlers.Refused::AsyncVoid", "LambdaValidationException", "The method 'Void AsyncVoid()' cannot be used as a Lambda Handler because it is an 'async void' method. Handler methods cannot be 'async void'. Please specify a method that is not 'async void'.")]
    [InlineData("Handlers::Handlers.Refused::Three", "LambdaValidationException", "Method 'Three' of type 'Handlers.Refused' is not supported: the method has more than 2 parameters.")]
    [InlineData("Handlers::Handlers.Refused::Second", "LambdaValidationException", "Method 'Second' of type 'Handlers.Refused' is not supported: the method has 2 parameters, but the second parameter is not of type 'Amazon.Lambda.Core.ILambdaContext'.")]
    [InlineData("Handlers::Handlers.Refused::Generic", "LambdaValidationException", "The method 'Void Generic[T]()' cannot be used as a Lambda Handler because it is a generic method. Handler methods cannot be generic. Please specify a non-generic handler method.")]
    [InlineData("Handlers::Handlers.Refused::Params", "LambdaValidationException", "The method 'Void Params(System.String[])' cannot be used as a Lambda Handler because it is a 'params' method. Please specify a method that does not use 'params'.")]
    [InlineData("Handlers::Handlers.Refused::WrongSerializer", "LambdaValidationException", "The 'Handlers.NoSerializer' class is invalid: it does not implement the 'ILambdaSerializer' interface.")]
    [InlineData("Handlers::Handlers.GenericType`1::Run", "LambdaValidationException", "The type 'Handlers.GenericType`1' cannot be used as a Lambda Handler type because it is generic. Handler methods cannot be located in generic types. Please specify a handler method in a non-generic type.")]
    [InlineData("Handlers::Handlers.AbstractType::Run", "LambdaValidationException", "The instance method 'Void Run()' cannot be used as a Lambda Handler because its type 'Handlers.AbstractType' is abstract. Please either use a static handler or specify a type that is not abstract.")]
    [InlineData("Handlers::Handlers.FailingConstructor::Run", "TargetInvocationException", "Exception has been thrown by the target of an invocation.")]
    public async Task A_failed_init_is_reported_and_ends_the_process(string handler, string type, string message)
    {
        await using var run = await BootstrapRun.StartAsync("dotnet", handler, [], ("LAMBDA_TASK_ROOT", DotNetFunctions.Handlers));

        var outcome = await run.InvokeAsync();

        Assert.Equal(("init/error", type, message), (outcome.Kind, outcome.Type, outcome.Message));
        Assert.Matches(@"^[^\t]+Z\t\tfail\t[A-Za-z.]+" + type, outcome.Log);
        Assert.Equal(1, await run.ExitCodeAsync());
    }

    [Fact]
    public async Task An_assembly_that_is_none_fails_the_init()
    {
        await using var run = await BootstrapRun.StartAsync("dotnet", "Broken::A::B", [("Broken.dll", "text")]);

        var outcome = await run.InvokeAsync();

        Assert.Equal(("init/error", "Unable to load assembly 'Broken, Culture=neutral, PublicKeyToken=null'."), (outcome.Kind, outcome.Message));
    }

    [Fact]
    public async Task The_context_has_every_member_and_null_or_zero_for_those_it_does_not_know()
    {
        var outcome = await InvokeAsync("Surroundings::Context", "{}",
            ("Lambda-Runtime-Client-Context", """{"client":{"installation_id":"i1","app_title":"Läden"},"custom":{"k":"v"},"env":{"e":"f"}}"""),
            ("Lambda-Runtime-Cognito-Identity", """{"cognitoIdentityId":"id1","cognitoIdentityPoolId":"pool1"}"""),
            ("Lambda-Runtime-Trace-Id", "Root=1-2"));

        Assert.Equal(
            $$"""["hello","7",256,"/aws/lambda/hello","2026/01/31/[7]0123","{{BootstrapRun.RequestId}}","arn:aws:lambda:us-east-1:000000000000:function:hello:live","Root=1-2",0,"v","f","i1","L\u00E4den",null,"id1","pool1"]""",
            outcome.Body);
    }

    [Fact]
    public async Task Without_client_context_and_identity_the_members_of_both_are_null()
    {
        var outcome = await InvokeAsync("Surroundings::Context");

        Assert.EndsWith(",null,0,null,null,null,null,null,null,null]", outcome.Body);
    }

    [Fact]
    public async Task The_context_tells_the_time_until_the_deadline()
    {
        var outcome = await InvokeAsync("Surroundings::Remaining", "{}",
            ("Lambda-Runtime-Deadline-Ms", DateTimeOffset.UtcNow.AddSeconds(100).ToUnixTimeMilliseconds().ToString()));

        Assert.InRange(double.Parse(outcome.Body), 1, 100);
    }

    [Fact]
    public async Task The_trace_id_of_each_invocation_is_in_the_environment_of_children_too()
    {
        await using var run = await DotNetFunctions.StartAsync("Surroundings::VariableOfAChild");

        Assert.Equal("\"Root=1-2\"", (await run.InvokeAsync("\"_X_AMZN_TRACE_ID\"", ("Lambda-Runtime-Trace-Id", "Root=1-2"))).Body);
        Assert.Equal("\"\"", (await run.InvokeAsync("\"_X_AMZN_TRACE_ID\"")).Body);
    }

    [Theory]
    [InlineData("Surroundings::Variable", "\"AWS_EXECUTION_ENV\"", "\"AWS_Lambda_dotnet10\"")]
    [InlineData("Surroundings::HeapLimit", "{}", "201326592")]
    [InlineData("Surroundings::TypeByName", "\"Amazon.Lambda.Core.LambdaLogger, Amazon.Lambda.Core\"", "\"Amazon.Lambda.Core.LambdaLogger\"")]
    public async Task A_function_finds_its_surroundings(string handler, string payload, string expected) =>
        Assert.Equal(expected, (await InvokeAsync(handler, payload)).Body);

    [Fact]
    public async Task Lines_of_the_console_are_records_and_are_out_before_the_response()
    {
        var outcome = await InvokeAsync("Prints::ConsoleLines");

        Assert.Equal(["info\tout é", "fail\terr", "info\t1 and 2", "info\t3", "info\ttwo\rlines", "open"], Records(outcome.Log));
    }

    [Fact]
    public async Task The_logger_of_the_context_writes_records_of_every_level_from_information_on()
    {
        var outcome = await InvokeAsync("Prints::Logger");

        Assert.Equal(
            ["as it is", "info\tline", "crit\tcritical", "Special\tlevel", "warn\t007 of {user} Ann", "fail\tfailed\rHandlers.OrderException: bad", ""],
            Records(outcome.Log));
    }

    [Theory]
    [InlineData("AWS_LAMBDA_HANDLER_LOG_LEVEL", "Error", "as it is\n*crit\tcritical\n*Special\tlevel\n*fail\tfailed")]
    [InlineData("AWS_LAMBDA_HANDLER_LOG_LEVEL", "Debug", "as it is\n*info\tline\n*crit\tcritical\n*Special\tlevel\n*dbug\thidden\n*warn")]
    [InlineData("AWS_LAMBDA_HANDLER_LOG_FORMAT", "Unformatted", "as it is\nline\ncritical\nlevel\n007 of {user} Ann\n")]
    public async Task The_lowest_level_and_the_form_of_records_can_be_chosen(string name, string value, string log)
    {
        await using var run = await DotNetFunctions.StartAsync("Prints::Logger", (name, value));

        var outcome = await run.InvokeAsync();

        Assert.StartsWith(log.Replace("*", ""), string.Join('\n', Records(outcome.Log)));
    }

    [Fact]
    public async Task The_static_logger_of_the_package_writes_records() =>
        Assert.Equal(["static", "warn\t2 left", ""], Records((await InvokeAsync("Prints::StaticLogger")).Log));

    [Fact]
    public async Task The_output_of_a_child_keeps_its_place() =>
        Assert.Equal("before\nchild\nafter\n", (await InvokeAsync("Prints::Child")).Log);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("3", 3)]
    public async Task A_handler_that_exits_ends_the_process_with_its_status(string payload, int status)
    {
        await using var run = await DotNetFunctions.StartAsync("Failures::Exit");
        await run.Api.ReadAsync();
        await run.Api.InvocationAsync(BootstrapRun.RequestId, payload);

        Assert.Equal(status, await run.ExitCodeAsync());
        Assert.Equal("last\n", run.Output);
        await Assert.ThrowsAsync<EndOfStreamException>(run.Api.ReadAsync);
    }

    [Fact]
    public async Task An_exception_on_another_thread_ends_the_process_with_an_abort()
    {
        await using var run = await DotNetFunctions.StartAsync("Failures::Thread");
        await run.Api.ReadAsync();
        await run.Api.InvocationAsync(BootstrapRun.RequestId, "{}");

        Assert.Equal(134, await run.ExitCodeAsync());
        Assert.StartsWith("Unhandled exception. Handlers.OrderException: on a thread\n   at Handlers.Failures", run.Output);
    }

    [Fact]
    public async Task When_the_node_hangs_up_the_process_ends_quietly_even_with_threads_running()
    {
        await using var run = await DotNetFunctions.StartAsync("Failures::Waits");
        await run.InvokeAsync();
        await run.Api.ReadAsync();

        run.Api.HangUp();

        Assert.Equal(0, await run.ExitCodeAsync());
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task State_is_kept_between_invocations_of_one_process()
    {
        await using var run = await DotNetFunctions.StartAsync("Shapes::Calls");

        Assert.Equal("1", (await run.InvokeAsync()).Body);
        Assert.Equal("2", (await run.InvokeAsync()).Body);
    }

    [Fact]
    public async Task Payloads_and_responses_of_six_megabytes_pass()
    {
        var payload = $"\"{new string('x', 6_000_000)}\"";

        Assert.Equal(payload, (await InvokeAsync("Shapes::Streams", payload)).Body);
    }

    [Fact]
    public async Task A_request_that_arrives_byte_by_byte_is_understood()
    {
        await using var run = await DotNetFunctions.StartAsync("Shapes::Streams");
        await run.Api.ReadAsync();
        foreach (var part in Encoding.UTF8.GetBytes("HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id:r1\r\nCONTENT-LENGTH: 4\r\n\r\n\"é\""))
            await run.Api.SendAsync(new[] { part });

        var response = await run.Api.ReadAsync();
        Assert.Equal(("/2018-06-01/runtime/invocation/r1/response", "\"é\""), (response.Path, response.Body));
    }

    [Fact]
    public async Task The_response_and_the_request_for_more_are_one_write_and_the_acceptance_is_awaited() =>
        await Pipelining.CheckAsync(await DotNetFunctions.StartAsync("Shapes::Calls"));

    [Fact]
    public async Task A_response_over_the_limit_costs_its_own_invocation_only() =>
        await Pipelining.CheckTooLargeAsync(await DotNetFunctions.StartAsync("Surroundings::Repeat"));

    /// <summary>Without time and request id, of which every record is to have the invocation's.</summary>
    private static string[] Records(string log) =>
        [.. log.Split('\n').Select(line => line.Contains("Z\t") ? line.Split($"Z\t{BootstrapRun.RequestId}\t", 2)[1] : line)];

    private static async Task<Outcome> InvokeAsync(string handler, string payload = "{}", params (string, string)[] headers)
    {
        await using var run = await DotNetFunctions.StartAsync(handler);
        return await run.InvokeAsync(payload, headers);
    }
}
