using System.Text;
using Conformance.Tests.Nodes;
using Conformance.Tests.Tools;

namespace Conformance.Tests.Streaming;

/// <summary>Streams as AWS's SDK for Python and Hearth's own library decode them.</summary>
[Collection(OnProcesses.Name)]
public sealed class SdkStreamTests(ProcessNode shared)
{
    private const string InTwo = "write(b'one ')\nwrite(b'two')\nif event.get('fail'): end('Lambda-Runtime-Function-Error-Type: Late\\r\\n')\nelse: end()";

    private Node Node { get; } = shared.Node;

    [Fact]
    public async Task Boto_decodes_chunks_errors_and_the_log()
    {
        var function = await Node.CreateAsync(StreamingSource.Provided(InTwo));
        var result = await Boto.RunAsync(Node, StreamingClient + """
            def events(**parameters):
                answer = client.invoke_with_response_stream(FunctionName=args[0], **parameters)
                payload, complete = b"", None
                for event in answer["EventStream"]:
                    if "PayloadChunk" in event:
                        payload += event["PayloadChunk"]["Payload"]
                    else:
                        complete = event["InvokeComplete"]
                return [answer["StatusCode"], answer["ExecutedVersion"], answer["ResponseStreamContentType"], payload.decode(), complete]

            result = [events(LogType="Tail"), events(Payload=b'{"fail": 1}'),
                      client.invoke_with_response_stream(FunctionName=args[0], InvocationType="DryRun")["StatusCode"],
                      refusal(client.invoke_with_response_stream, FunctionName="no-such")]
            """, function.Name);
        Assert.StartsWith("""[200, "$LATEST", "application/vnd.amazon.eventstream", "one two", """, result[0].GetRawText());
        Assert.Contains("REPORT RequestId: ", Encoding.UTF8.GetString(Convert.FromBase64String(result[0][4].GetProperty("LogResult").GetString()!)));
        Assert.False(result[0][4].TryGetProperty("ErrorCode", out _));
        Assert.Equal(("one two", "Unhandled"), (result[1][3].GetString(), result[1][4].GetProperty("ErrorCode").GetString()));
        Assert.Contains("\"errorType\":\"Late\"", result[1][4].GetProperty("ErrorDetails").GetString());
        Assert.Equal(204, result[2].GetInt32());
        Assert.Equal("ResourceNotFoundException", result[3][0].GetString());
    }

    [Fact]
    public async Task The_client_library_reads_chunks_and_the_result()
    {
        var function = await Node.CreateAsync(StreamingSource.Provided(InTwo));
        using var invocation = await Node.Client.InvokeStreamAsync(function.Name, "{}"u8.ToArray());
        var text = new StringBuilder();
        await foreach (var chunk in invocation.ReadChunksAsync())
            text.Append(Encoding.UTF8.GetString(chunk.Span));
        Assert.Equal(("one two", null), (text.ToString(), invocation.Result.FunctionError));
    }

    /// <summary>Debian's boto3 is older than the operation and decodes event streams all the same: its model gets what AWS's newer one says.</summary>
    private const string StreamingClient = """
        import botocore.session
        session = botocore.session.get_session()
        model = session.get_component("data_loader").load_service_model("lambda", "service-2")
        plain = model["operations"]["Invoke"]
        model["operations"]["InvokeWithResponseStream"] = {
            **plain, "name": "InvokeWithResponseStream", "output": {"shape": "InvokeWithResponseStreamResponse"},
            "http": {"method": "POST", "requestUri": "/2021-11-15/functions/{FunctionName}/response-streaming-invocations", "responseCode": 200}}
        model["shapes"].update({
            "InvokeWithResponseStreamResponse": {"type": "structure", "payload": "EventStream", "members": {
                "StatusCode": {"shape": "Integer", "location": "statusCode"},
                "ExecutedVersion": {"shape": "Version", "location": "header", "locationName": "X-Amz-Executed-Version"},
                "EventStream": {"shape": "InvokeWithResponseStreamResponseEvent"},
                "ResponseStreamContentType": {"shape": "String", "location": "header", "locationName": "Content-Type"}}},
            "InvokeWithResponseStreamResponseEvent": {"type": "structure", "eventstream": True, "members": {
                "PayloadChunk": {"shape": "InvokeResponseStreamUpdate"}, "InvokeComplete": {"shape": "InvokeWithResponseStreamCompleteEvent"}}},
            "InvokeResponseStreamUpdate": {"type": "structure", "event": True, "members": {"Payload": {"shape": "Blob", "eventpayload": True}}},
            "InvokeWithResponseStreamCompleteEvent": {"type": "structure", "event": True, "members": {
                "ErrorCode": {"shape": "String"}, "ErrorDetails": {"shape": "String"}, "LogResult": {"shape": "String"}}}})
        client = boto3.Session(botocore_session=session).client(
            "lambda", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="hearth", aws_secret_access_key="hearth",
            config=botocore.config.Config(retries={"total_max_attempts": 1}, read_timeout=120))


        """;
}
