using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;

namespace Conformance.Tests.Contract;

[NeedsRoot]
[Collection(OnContainers.Name)]
public sealed class RuntimeApiAbuseOnContainersTests(ContainerNode node) : RuntimeApiAbuseSuite(node);

[Collection(OnProcesses.Name)]
public sealed class RuntimeApiAbuseOnProcessesTests(ProcessNode node) : RuntimeApiAbuseSuite(node);

/// <summary>A function that turns on the API it is run by.</summary>
public abstract class RuntimeApiAbuseSuite(SharedNode shared)
{
    private const string Raw = """
        import os, socket

        def send(*parts):
            host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
            with socket.create_connection((host, int(port)), 20) as api:
                for part in parts:
                    api.sendall(part.encode())
                reply = b""
                while b"\r\n\r\n" not in reply:
                    received = api.recv(65536)
                    if not received:
                        break
                    reply += received
                head, _, body = reply.partition(b"\r\n\r\n")
                while b"}" not in body and (received := api.recv(65536)):
                    body += received
                return [int(head.split()[1]) if head else 0, body.decode()]

        def post(path, body="{}", extra=""):
            return send(f"POST /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{extra}\r\n{body}")

        def handler(event, context):
            me = context.aws_request_id
            return eval(event)
        """;

    private Node Node { get; } = shared.Node;

    [SuiteTheory]
    [InlineData("""post("invocation/0000-wrong/response")""", 400, "InvalidRequestID")]
    [InlineData("""post("invocation/0000-wrong/error")""", 400, "InvalidRequestID")]
    [InlineData("""send("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n")""", 403, "InvalidStateTransition")]
    [InlineData("""post("init/error")""", 403, "InvalidStateTransition")]
    [InlineData("""post("invocation/next")""", 404, "")]
    [InlineData("""post("restore/error")""", 404, "")]
    [InlineData("""send("GET /2015-03-31/functions HTTP/1.1\r\nHost: x\r\n\r\n")""", 404, "")]
    [InlineData("""send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")""", 404, "")]
    [InlineData("""post("invocation/" + me + "/response", "2\r\n{}\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n")""", 400, "")]
    [InlineData("""send("GARBAGE\r\n\r\n")""", 400, "")]
    [InlineData("""send("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\nX: " + "x" * 70000 + "\r\n\r\n")""", 431, "")]
    public async Task A_request_out_of_order_is_refused_and_the_invocation_goes_on(string attack, int status, string errorType)
    {
        var function = await Node.CreateAsync(Source.Python(Raw), request => request with { Timeout = 30 });
        var answer = (await function.InvokeAsync(System.Text.Json.JsonSerializer.Serialize(attack))).AssertSucceeded().Json;
        Assert.Equal(status, answer[0].GetInt32());
        Assert.Contains(errorType, answer[1].GetString());
        Assert.Equal("4", (await function.InvokeAsync("\"2 + 2\"")).AssertSucceeded().Text);
    }

    [SuiteFact]
    public async Task A_response_is_taken_once_and_the_function_serves_the_next_call()
    {
        var function = await Node.CreateAsync(Source.Python(Raw), request => request with { Timeout = 30 });
        const string Twice = "[post('invocation/' + me + '/response', '\\\"mine\\\"'), print(post('invocation/' + me + '/response', '\\\"again\\\"'))]";
        Assert.Equal("\"mine\"", (await function.InvokeAsync($"\"{Twice}\"")).AssertSucceeded().Text);
        await AssertServesAgainAsync(function);
        Assert.Contains(await function.LogAsync(), line => line.Message.Contains("[403, ", StringComparison.Ordinal) && line.Message.Contains("InvalidStateTransition", StringComparison.Ordinal));
    }

    [SuiteTheory]
    [InlineData("length", "Content-Length: 6291557\\r\\n\\r\\n")]
    [InlineData("chunks", "Transfer-Encoding: chunked\\r\\n\\r\\n700000\\r\\n' + 'x' * 0x700000 + '\\r\\n0\\r\\n\\r\\n")]
    public async Task A_response_over_the_limit_is_refused_by_its_length_and_by_count(string how, string rest)
    {
        Assert.NotEmpty(how);
        var function = await Node.CreateAsync(Source.Python(Raw), request => request with { Timeout = 30, MemorySize = 256 });
        var attack = $"send('POST /2018-06-01/runtime/invocation/' + me + '/response HTTP/1.1\\r\\nHost: x\\r\\n{rest}')";
        (await function.InvokeAsync(System.Text.Json.JsonSerializer.Serialize(attack))).AssertFailed("Function.ResponseSizeTooLarge");
        await AssertServesAgainAsync(function);
    }

    // The runtime's own answer to the invocation is refused, too late, and it may end over that in the middle of the next.
    private static async Task AssertServesAgainAsync(TestFunction function)
    {
        var next = await function.InvokeAsync("\"2 + 2\"");
        if (next.FunctionError is not null)
            next.AssertFailed("Runtime.ExitError");
        Assert.Equal("4", (await function.InvokeAsync("\"2 + 2\"")).AssertSucceeded().Text);
    }
}
