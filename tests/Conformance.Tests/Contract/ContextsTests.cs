using System.Text.Encodings.Web;
using System.Text.Json;
using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;

namespace Conformance.Tests.Contract;

[NeedsRoot]
[Collection(OnContainers.Name)]
public sealed class ContextsOnContainersTests(ContainerNode node) : ContextSuite(node);

[Collection(OnProcesses.Name)]
public sealed class ContextsOnProcessesTests(ProcessNode node) : ContextSuite(node);

/// <summary>What a handler is told about its invocation.</summary>
public abstract class ContextSuite(SharedNode shared)
{
    private Node Node { get; } = shared.Node;

    [SuiteFact]
    public async Task The_context_of_Python_has_every_field()
    {
        var function = await Node.CreateAsync(
            Source.Python("""
                def handler(event, context):
                    fields = dict(vars(context))
                    fields["remaining"] = context.get_remaining_time_in_millis()
                    fields["client"] = [context.client_context.custom, context.client_context.env, context.client_context.client.app_title]
                    fields["identity"] = context.identity.cognito_identity_id
                    del fields["client_context"]
                    return fields
                """),
            request => request with { Timeout = 20, MemorySize = 192 });
        var answer = await InvokeWithClientContextAsync(function);
        var context = answer.AssertSucceeded().Json;
        Assert.Equal(answer.RequestId, context.GetProperty("aws_request_id").GetString());
        Assert.Equal("192", context.GetProperty("memory_limit_in_mb").GetString());
        Assert.InRange(context.GetProperty("remaining").GetInt32(), 1, 20_000);
        Assert.Equal(JsonValueKind.Null, context.GetProperty("identity").ValueKind);
        AssertNames(function, context, "function_name", "function_version", "log_group_name", "log_stream_name", "invoked_function_arn");
        AssertClientContext(context.GetProperty("client"));
    }

    [SuiteFact]
    public async Task The_context_of_Node_has_every_field()
    {
        var function = await Node.CreateAsync(
            Source.NodeJs("""
                exports.handler = async (event, context) => ({
                  ...context,
                  remaining: context.getRemainingTimeInMillis(),
                  client: [context.clientContext.custom, context.clientContext.env, context.clientContext.client.app_title],
                });
                """),
            request => request with { Timeout = 20, MemorySize = 192 });
        var answer = await InvokeWithClientContextAsync(function);
        var context = answer.AssertSucceeded().Json;
        Assert.Equal(answer.RequestId, context.GetProperty("awsRequestId").GetString());
        Assert.Equal("192", context.GetProperty("memoryLimitInMB").GetString());
        Assert.InRange(context.GetProperty("remaining").GetInt32(), 1, 20_000);
        Assert.True(context.GetProperty("callbackWaitsForEmptyEventLoop").GetBoolean());
        AssertNames(function, context, "functionName", "functionVersion", "logGroupName", "logStreamName", "invokedFunctionArn");
        AssertClientContext(context.GetProperty("client"));
    }

    [SuiteTheory]
    [InlineData("", "")]
    [InlineData(":$LATEST", ":$LATEST")]
    public async Task The_invoked_arn_carries_the_qualifier_as_called(string called, string seen)
    {
        var function = await Node.CreateAsync(Source.Python("def handler(event, context): return context.invoked_function_arn"));
        var answer = await Node.PostAsync($"{function.Path}{called}/invocations", "{}");
        Assert.Equal($"\"arn:aws:lambda:us-east-1:000000000000:function:{function.Name}{seen}\"", answer.AssertSucceeded().Text);
        Assert.Equal("$LATEST", answer.Headers["X-Amz-Executed-Version"]);
    }

    private static Task<Answer> InvokeWithClientContextAsync(TestFunction function) => function.InvokeAsync(
        "{}",
        ("X-Amz-Client-Context", Convert.ToBase64String("""{"custom": {"k": "välue"}, "env": {"e": "1"}, "client": {"app_title": "T"}}"""u8)));

    private static void AssertClientContext(JsonElement client) =>
        Assert.Equal("""[{"k":"välue"},{"e":"1"},"T"]""", JsonSerializer.Serialize(client, Readable));

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static void AssertNames(TestFunction function, JsonElement context, string name, string version, string group, string stream, string arn)
    {
        Assert.Equal(function.Name, context.GetProperty(name).GetString());
        Assert.Equal("$LATEST", context.GetProperty(version).GetString());
        Assert.Equal($"/aws/lambda/{function.Name}", context.GetProperty(group).GetString());
        Assert.Matches(@"^\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}$", context.GetProperty(stream).GetString());
        Assert.Equal($"arn:aws:lambda:us-east-1:000000000000:function:{function.Name}", context.GetProperty(arn).GetString());
    }
}
