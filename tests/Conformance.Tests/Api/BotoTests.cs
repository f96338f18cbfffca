using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Conformance.Tests.Tools;

namespace Conformance.Tests.Api;

/// <summary>AWS's SDK for Python: its classes of exceptions, its waiters and its paginators, unmodified.</summary>
[Collection(OnProcesses.Name)]
public sealed class BotoTests(ProcessNode shared)
{
    [Fact]
    public async Task Every_refusal_is_the_sdks_own_exception()
    {
        var node = shared.Node;
        var function = await node.CreateAsync(Source.Echo);
        var refusals = await Boto.RunAsync(node, """
            name, role = args
            code = {"ZipFile": package("def handler(e, c): return e")}
            new = {"Role": role, "Runtime": "python3.11", "Handler": "app.handler", "Code": code}
            result = [
                refusal(client.get_function, FunctionName="no-such"),
                refusal(client.invoke, FunctionName="no-such"),
                refusal(client.create_function, FunctionName=name, **new),
                refusal(client.create_function, FunctionName="other", **{**new, "Code": {"ZipFile": b"no zip"}}),
                refusal(client.create_function, FunctionName="other", **{**new, "Runtime": "cobol85"}),
                refusal(client.create_function, FunctionName="other", MemorySize=127, **new),
                refusal(client.update_function_code, FunctionName=name, RevisionId="stale", **code),
                refusal(client.invoke, FunctionName=name, Payload=b"{"),
                refusal(client.invoke, FunctionName=name, Payload=b'"' + b"x" * 6291455 + b'"'),
                refusal(client.list_versions_by_function, FunctionName=name),
            ]
            """, function.Name, Source.Role);

        (string Class, string Code, int Status)[] expected =
        [
            ("ResourceNotFoundException", "ResourceNotFoundException", 404),
            ("ResourceNotFoundException", "ResourceNotFoundException", 404),
            ("ResourceConflictException", "ResourceConflictException", 409),
            ("InvalidParameterValueException", "InvalidParameterValueException", 400),
            ("InvalidParameterValueException", "InvalidParameterValueException", 400),
            ("ClientError", "ValidationException", 400),
            ("PreconditionFailedException", "PreconditionFailedException", 412),
            ("InvalidRequestContentException", "InvalidRequestContentException", 400),
            ("RequestTooLargeException", "RequestTooLargeException", 413),
            ("ClientError", "UnknownOperationException", 404),
        ];
        Assert.Equal(expected, refusals.EnumerateArray().Select(one => (one[0].GetString()!, one[1].GetString()!, one[2].GetInt32())));
        Assert.All(refusals.EnumerateArray(), one => Assert.NotEmpty(one[3].GetString()!));
    }

    [Fact]
    public async Task A_throttled_call_carries_its_reason()
    {
        await using var node = await Node.StartAsync("process", "--concurrency", "1");
        var held = new Held(node);
        var function = await node.CreateAsync(held.Code(), request => request with { Timeout = 60 });
        var running = function.InvokeAsync();
        await Held.EnteredAsync(function, 1);
        var refused = await Boto.RunAsync(node, """
            try:
                client.invoke(FunctionName=args[0])
            except client.exceptions.TooManyRequestsException as error:
                result = [error.response["Reason"], error.response["Error"]["Message"], error.response["ResponseMetadata"]["HTTPHeaders"]["retry-after"]]
            """, function.Name);
        Assert.Equal("""["ConcurrentInvocationLimitExceeded", "Rate Exceeded.", "1"]""", refused.GetRawText());
        held.Release();
        (await running).AssertSucceeded();
    }

    [Fact]
    public async Task Waiters_paginators_and_streams_work_unmodified()
    {
        var result = await Boto.RunAsync(shared.Node, """
            name, role = args
            client.create_function(FunctionName=name, Role=role, Runtime="python3.11", Handler="app.handler",
                                   Code={"ZipFile": package("def handler(e, c): return c.client_context.custom")}, Environment={"Variables": {"GREETING": "1"}})
            client.get_waiter("function_active_v2").wait(FunctionName=name)
            context = base64.b64encode(json.dumps({"custom": {"who": "Ada"}}).encode()).decode()
            answer = client.invoke(FunctionName=name, ClientContext=context, LogType="Tail", Qualifier="$LATEST")
            names = [one["FunctionName"] for page in client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 3}) for one in page["Functions"]]
            result = [json.load(answer["Payload"]), answer["StatusCode"], answer["ExecutedVersion"], base64.b64decode(answer["LogResult"]).decode(), names.count(name), names == sorted(set(names))]
            client.delete_function(FunctionName=name)
            """, Node.NewName("boto"), Source.Role);
        Assert.Equal("Ada", result[0].GetProperty("who").GetString());
        Assert.Equal(200, result[1].GetInt32());
        Assert.Equal("$LATEST", result[2].GetString());
        Assert.Contains("REPORT RequestId: ", result[3].GetString());
        Assert.Equal(1, result[4].GetInt32());
        Assert.True(result[5].GetBoolean());
    }
}
