using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;

namespace Conformance.Tests.Contract;

[NeedsRoot]
[Collection(OnContainers.Name)]
public sealed class ErrorsOnContainersTests(ContainerNode node) : ErrorSuite(node);

[Collection(OnProcesses.Name)]
public sealed class ErrorsOnProcessesTests(ProcessNode node) : ErrorSuite(node);

/// <summary>How a function that fails looks to its caller and in its log.</summary>
public abstract class ErrorSuite(SharedNode shared)
{
    private Node Node { get; } = shared.Node;

    [SuiteFact]
    public async Task An_error_in_Python_has_type_message_request_id_and_stack()
    {
        var function = await Node.CreateAsync(Source.Python("""
            class OutOfCheese(Exception):
                pass

            def deeper():
                raise OutOfCheese("+++ ☃")

            def handler(event, context):
                deeper()
            """));
        var failed = (await function.InvokeTailedAsync()).AssertFailed("OutOfCheese");
        Assert.Equal(["errorMessage", "errorType", "requestId", "stackTrace"], failed.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("+++ ☃", failed.FunctionErrorMessage);
        Assert.Equal(failed.RequestId, failed.Json.GetProperty("requestId").GetString());
        var frames = failed.Json.GetProperty("stackTrace").EnumerateArray().Select(frame => frame.GetString()!).ToList();
        Assert.Equal(2, frames.Count);
        Assert.Matches("""^  File "/.*/app\.py", line 8, in handler\n    deeper\(\)\n$""", frames[0]);
        Assert.Matches("""^  File "/.*/app\.py", line 5, in deeper\n    raise OutOfCheese""", frames[1]);
        Assert.Contains("[ERROR] OutOfCheese: +++ ☃\rTraceback (most recent call last):", failed.LogTail);
        Assert.Equal("$LATEST", failed.Headers["X-Amz-Executed-Version"]);
    }

    [SuiteTheory]
    [InlineData("async () => { throw new RangeError('too far') }", "RangeError", "too far")]
    [InlineData("() => { throw new RangeError('too far') }", "RangeError", "too far")]
    [InlineData("(event, context, callback) => callback(new RangeError('too far'))", "RangeError", "too far")]
    [InlineData("(event, context) => context.fail(new RangeError('too far'))", "RangeError", "too far")]
    [InlineData("async () => { throw 'just text' }", "string", "just text")]
    [InlineData("(event, context, callback) => callback('just text')", "string", "just text")]
    public async Task An_error_in_Node_has_type_message_and_trace(string handler, string errorType, string message)
    {
        var function = await Node.CreateAsync(Source.NodeJs($"exports.handler = {handler};"));
        var failed = (await function.InvokeTailedAsync()).AssertFailed(errorType);
        Assert.Equal(["errorType", "errorMessage", "trace"], failed.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(message, failed.FunctionErrorMessage);
        if (errorType == "RangeError")
            Assert.Contains("index.js:1", failed.Json.GetProperty("trace")[1].GetString());
        Assert.Contains($"\t{failed.RequestId}\tERROR\tInvoke Error \t", failed.LogTail);
    }

    [SuiteTheory]
    [InlineData(Languages.Python, "Runtime.MarshalError")]
    [InlineData(Languages.NodeJs, "Error")]
    public async Task A_result_that_is_no_json_is_an_error(string language, string errorType)
    {
        var function = await Node.CreateAsync(Languages.Pick(
            language, "def handler(event, context): return {1, 2}", "exports.handler = async () => { const a = {}; a.a = a; return a; };"));
        var failed = (await function.InvokeAsync()).AssertFailed(errorType);
        Assert.Equal(
            language == Languages.Python ? "Unable to marshal response: Object of type set is not JSON serializable" : "Unable to stringify response body",
            failed.FunctionErrorMessage);
    }
}
