using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hearth.Client.Tests.Fakes;
using Hearth.Contracts.Errors;
using Microsoft.AspNetCore.Http;

namespace Hearth.Client.Tests;

public sealed partial class InvocationTests : NodeTests
{
    private static readonly byte[] Failing = Encoding.UTF8.GetBytes("""{"fail":true}""");


    [Fact]
    public async Task A_payload_is_written_as_JSON_and_the_result_read_back()
    {
        Deploy("hello");
        var answer = await Client.InvokeAsync<Greeting, Greeting>("hello", new Greeting("Ada", 3));
        Assert.Equal(new Greeting("Ada", 3), answer);
        Assert.Equal("""{"name":"Ada","times":3}""", Encoding.UTF8.GetString(Node.Seen.Single().Body));
    }

    [Fact]
    public async Task Generated_type_information_serves_as_well()
    {
        Deploy("hello");
        var answer = await Client.InvokeAsync("hello", new Greeting("Ada", 3), GreetingJson.Default.Greeting, GreetingJson.Default.Greeting);
        Assert.Equal(new Greeting("Ada", 3), answer);
    }

    [Fact]
    public async Task A_result_of_null_is_the_default()
    {
        Deploy("hello");
        Assert.Null(await Client.InvokeAsync<Greeting?, Greeting>("hello", null));
    }

    [Fact]
    public async Task A_raw_invocation_carries_its_options_and_everything_the_node_answers()
    {
        Deploy("hello");
        var options = new InvokeOptions { Qualifier = "$LATEST", LogTail = true, ClientContext = """{"custom":{"a":"b"}}""" };
        var result = await Client.InvokeRawAsync("hello", "[1]"u8.ToArray(), options);

        Assert.Equal((200, "[1]"), (result.StatusCode, Encoding.UTF8.GetString(result.Payload.Span)));
        Assert.Equal(("request-1", "$LATEST", null), (result.RequestId, result.ExecutedVersion, result.FunctionError));
        Assert.Equal("START RequestId: request-1\nhéllo\n", result.LogTail);
        var seen = Node.Seen.Single();
        Assert.Equal("/2015-03-31/functions/hello/invocations?Qualifier=%24LATEST", seen.PathAndQuery);
        Assert.Equal("RequestResponse", seen.Headers["X-Amz-Invocation-Type"]);
        Assert.Equal("""{"custom":{"a":"b"}}""", Encoding.UTF8.GetString(Convert.FromBase64String(seen.Headers["X-Amz-Client-Context"])));
    }

    [Fact]
    public async Task An_ARN_is_one_segment_of_the_path()
    {
        await Assert.ThrowsAsync<LambdaException>(() => Client.InvokeRawAsync("arn:aws:lambda:us-east-1:000000000000:function:a", default));
        Assert.Equal("/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Aa/invocations", Node.Seen.Single().PathAndQuery);
    }

    [Fact]
    public async Task A_dry_run_asks_for_one()
    {
        Deploy("hello");
        await Client.DryRunAsync("hello");
        Assert.Equal("DryRun", Node.Seen.Single().Headers["X-Amz-Invocation-Type"]);
    }

    [Fact]
    public async Task A_function_that_fails_throws_its_type_message_and_stack()
    {
        Deploy("hello");
        var error = await Assert.ThrowsAsync<FunctionErrorException>(() =>
            Client.InvokeAsync<Dictionary<string, bool>, Greeting>("hello", new() { ["fail"] = true }));
        Assert.Equal(("ValueError", "no such colour", "request-1"), (error.ErrorType, error.ErrorMessage, error.RequestId));
        Assert.Equal("ValueError: no such colour", error.Message);
        Assert.StartsWith("  File \"app.py\"", Assert.Single(error.FunctionStackTrace), StringComparison.Ordinal);
        Assert.Contains("errorMessage", Encoding.UTF8.GetString(error.Result.Payload.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_raw_invocation_answers_a_failure_as_a_result()
    {
        Deploy("hello");
        var result = await Client.InvokeRawAsync("hello", Failing);
        Assert.Equal("Unhandled", result.FunctionError);
        Assert.Throws<FunctionErrorException>(result.ThrowIfFailed);
    }

    [Theory]
    [InlineData("""{"errorType":"TypeError","errorMessage":"x is no function","trace":["TypeError: x","    at handler"]}""", "TypeError", 2)]
    [InlineData("""{"errorMessage":"no type"}""", null, 0)]
    [InlineData("""{"errorType":"E","errorMessage":7,"stackTrace":[["a.py",1],null]}""", "E", 2)]
    [InlineData("not JSON at all", null, 0)]
    [InlineData("[]", null, 0)]
    [InlineData("", null, 0)]
    public void An_error_of_any_shape_is_still_an_error(string payload, string? type, int frames)
    {
        var error = new FunctionErrorException(new InvocationResult { StatusCode = 200, FunctionError = "Unhandled", Payload = Encoding.UTF8.GetBytes(payload) });
        Assert.Equal((type, frames), (error.ErrorType, error.FunctionStackTrace.Count));
    }

    [Fact]
    public async Task Cancelling_ends_an_invocation_that_runs()
    {
        var arrived = new TaskCompletionSource();
        Node.Next(async context =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var cancellation = new CancellationTokenSource();
        var invocation = Client.InvokeRawAsync("hello", default, cancellationToken: cancellation.Token);
        await arrived.Task;
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => invocation);
        Assert.Single(Node.Seen);
    }

    [Fact]
    public async Task An_invocation_that_takes_too_long_says_so_and_is_not_sent_again()
    {
        var arrived = new TaskCompletionSource();
        Node.Next(async context =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        var invocation = Client.InvokeRawAsync("hello", default);
        await arrived.Task;
        Clock.FireTimeouts();
        var error = await Assert.ThrowsAsync<HearthUnreachableException>(() => invocation);
        Assert.Contains("gave no answer within 960 s", error.Message, StringComparison.Ordinal);
        Assert.True(error.MayHaveBeenDone);
        Assert.Single(Node.Seen);
    }

    [Fact]
    public async Task One_client_serves_many_callers_at_once()
    {
        Deploy("hello");
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Client.InvokeAsync<int, int>("hello", i)));
        Assert.Equal(Enumerable.Range(0, 64), answers);
    }

    [Fact]
    public async Task A_throttle_is_a_LambdaException_with_its_reason()
    {
        using var patient = new HearthClient(Node.Options() with { Retry = new RetryOptions { MaxAttempts = 1 } });
        Node.NextRefusal(429, "TooManyRequestsException", """{"Type":"User","message":"Rate Exceeded.","Reason":"ConcurrentInvocationLimitExceeded"}""", retryAfter: 1);
        var error = await Assert.ThrowsAsync<LambdaException>(() => patient.InvokeRawAsync("hello", default));
        Assert.Equal((ErrorCode.TooManyRequests, 429, "Rate Exceeded."), (error.Code, error.HttpStatus, error.Message));
        Assert.Equal(("ConcurrentInvocationLimitExceeded", TimeSpan.FromSeconds(1), "refused-1"), (error.Reason, error.RetryAfter, error.RequestId));
    }

    [Fact]
    public async Task A_result_that_does_not_fit_is_a_JsonException()
    {
        Node.Next(context => context.Response.WriteAsync("\"text\""));
        await Assert.ThrowsAsync<JsonException>(() => Client.InvokeAsync<int, Greeting>("hello", 1));
    }

    internal sealed record Greeting(string Name, int Times);

    [JsonSerializable(typeof(Greeting))]
    internal sealed partial class GreetingJson : JsonSerializerContext;
}
