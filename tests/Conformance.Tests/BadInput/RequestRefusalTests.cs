using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;

namespace Conformance.Tests.BadInput;

/// <summary>Requests about a function that cannot be met. The function stays as it was.</summary>
[Collection(OnProcesses.Name)]
public sealed class RequestRefusalTests(ProcessNode shared)
{
    private Node Node { get; } = shared.Node;

    [Theory]
    [InlineData("GET", "", "")]
    [InlineData("GET", "/configuration", "")]
    [InlineData("DELETE", "", "")]
    [InlineData("PUT", "/code", "")]
    [InlineData("PUT", "/configuration", "")]
    [InlineData("POST", "/invocations", ":$LATEST")]
    public async Task An_unknown_function_is_not_found(string method, string path, string suffix)
    {
        var answer = await Node.SendAsync(new HttpMethod(method), $"2015-03-31/functions/no-such{path}", method is "GET" or "DELETE" ? null : "{}"u8.ToArray());
        var message = answer.AssertRefused(404, "ResourceNotFoundException");
        Assert.Equal($"Function not found: arn:aws:lambda:us-east-1:000000000000:function:no-such{suffix}", message);
    }

    [Theory]
    [InlineData("configuration", """{"RevisionId": "stale", "Timeout": 9}""")]
    [InlineData("code", """{"RevisionId": "stale", "ZipFile": "ZIP"}""")]
    public async Task A_stale_revision_changes_nothing(string path, string body)
    {
        var function = await Node.CreateAsync(Source.Echo);
        var before = (await Node.GetAsync(function.Path)).Text;
        var zip = Convert.ToBase64String(Source.Python("def handler(event, context): return 'other'").Zip());
        var message = (await Node.PutAsync($"{function.Path}/{path}", body.Replace("ZIP", zip, StringComparison.Ordinal))).AssertRefused(412, "PreconditionFailedException");
        Assert.StartsWith("The Revision Id provided does not match the latest Revision Id.", message);
        Assert.Equal(before, (await Node.GetAsync(function.Path)).Text);
        Assert.Equal("1", (await function.InvokeAsync("1")).AssertSucceeded().Text);
    }

    [Theory]
    [InlineData("""{"MemorySize": 127}""", "ValidationException")]
    [InlineData("""{"Timeout": 901}""", "ValidationException")]
    [InlineData("""{"Runtime": "cobol85"}""", "InvalidParameterValueException")]
    [InlineData("""{"Environment": {"Variables": {"AWS_LAMBDA_FUNCTION_NAME": "x"}}}""", "InvalidParameterValueException")]
    [InlineData("""{"Layers": ["arn:aws:lambda:us-east-1:000000000000:layer:one:1"]}""", "InvalidParameterValueException")]
    [InlineData("no json", "InvalidRequestContentException")]
    public async Task A_bad_update_changes_nothing(string body, string errorType)
    {
        var function = await Node.CreateAsync(Source.Echo);
        var before = (await Node.GetAsync(function.Path)).Text;
        (await Node.PutAsync($"{function.Path}/configuration", body)).AssertRefused(400, errorType);
        Assert.Equal(before, (await Node.GetAsync(function.Path)).Text);
        Assert.Equal("1", (await function.InvokeAsync("1")).AssertSucceeded().Text);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("no json")]
    [InlineData("{} {}")]
    [InlineData("{'single': 1}")]
    public async Task A_payload_that_is_no_json_is_refused_before_the_function_sees_it(string payload)
    {
        var function = await Node.CreateAsync(Source.Echo);
        var message = (await function.InvokeAsync(payload)).AssertRefused(400, "InvalidRequestContentException");
        Assert.StartsWith("Could not parse request body into json: ", message);
        Assert.Empty(await function.EnvironmentsAsync());
    }

    [Theory]
    [InlineData("X-Amz-Invocation-Type", "Sometimes", "ValidationException")]
    [InlineData("X-Amz-Log-Type", "All", "ValidationException")]
    [InlineData("X-Amz-Client-Context", "%%%", "InvalidRequestContentException")]
    [InlineData("X-Amz-Client-Context", "bm8ganNvbg==", "InvalidRequestContentException")]
    public async Task A_header_that_makes_no_sense_is_refused(string header, string value, string errorType)
    {
        var function = await Node.CreateAsync(Source.Echo);
        (await function.InvokeAsync("{}", (header, value))).AssertRefused(400, errorType);
        Assert.Empty(await function.EnvironmentsAsync());
    }

    [Fact]
    public async Task A_client_context_may_have_3583_bytes()
    {
        var function = await Node.CreateAsync(Source.Python("def handler(event, context): return len(context.client_context.custom['k'])"));
        static string Context(int bytes) => Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes($$$"""{"custom":{"k":"{{{new string('x', bytes - 19)}}}"}}"""));
        Assert.Equal("3564", (await function.InvokeAsync("{}", ("X-Amz-Client-Context", Context(3_583)))).AssertSucceeded().Text);
        (await function.InvokeAsync("{}", ("X-Amz-Client-Context", Context(3_584)))).AssertRefused(400, "InvalidRequestContentException");
    }

    [Fact]
    public async Task A_payload_one_byte_over_the_limit_is_refused_in_chunks_too()
    {
        var function = await Node.CreateAsync(Source.Echo);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Node.Address, $"{function.Path}/invocations"))
        {
            Content = new StringContent($"\"{new string('x', 6_291_455)}\""),
        };
        request.Headers.TransferEncodingChunked = true;
        using var response = await Node.Http.SendAsync(request);
        (await Answer.ReadAsync(response)).AssertRefused(413, "RequestTooLargeException");
        await shared.AssertWellAsync();
    }
}
