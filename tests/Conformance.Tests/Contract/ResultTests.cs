using System.Text;
using System.Text.Json;
using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Hearth.Contracts;

namespace Conformance.Tests.Contract;

[NeedsRoot]
[Collection(OnContainers.Name)]
public sealed class ResultsOnContainersTests(ContainerNode node) : ResultSuite(node);

[Collection(OnProcesses.Name)]
public sealed class ResultsOnProcessesTests(ProcessNode node) : ResultSuite(node);

/// <summary>What a handler is, what it gets and what it gives.</summary>
public abstract class ResultSuite(SharedNode shared)
{
    private Node Node { get; } = shared.Node;

    [SuiteTheory]
    [InlineData(Languages.Python, "return", "null")]
    [InlineData(Languages.Python, "return None", "null")]
    [InlineData(Languages.Python, "return {'a': [1, 2.5, True, None, 'x']}", """{"a": [1, 2.5, true, null, "x"]}""")]
    [InlineData(Languages.Python, "return event", """{"in": "hé ☃ 𝄞"}""")]
    [InlineData(Languages.NodeJs, "return;", "null")]
    [InlineData(Languages.NodeJs, "return undefined;", "null")]
    [InlineData(Languages.NodeJs, "return null;", "null")]
    [InlineData(Languages.NodeJs, "return () => 1;", "null")]
    [InlineData(Languages.NodeJs, "return {a: [1, 2.5, true, null, 'x'], b: undefined};", """{"a":[1,2.5,true,null,"x"]}""")]
    [InlineData(Languages.NodeJs, "return event;", """{"in":"hé ☃ 𝄞"}""")]
    public async Task A_result_comes_back_as_json(string language, string statement, string expected)
    {
        var function = await Node.CreateAsync(Languages.Pick(
            language, $"def handler(event, context): {statement}", $"exports.handler = async (event) => {{ {statement} }};"));
        var answer = (await function.InvokeAsync("""{"in": "hé ☃ 𝄞"}""")).AssertSucceeded();
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(expected).RootElement, answer.Json), answer.Text);
        Assert.Equal("$LATEST", answer.Headers["X-Amz-Executed-Version"]);
        Assert.Equal("application/json", answer.Headers["Content-Type"]);
    }

    [SuiteTheory]
    [InlineData(Languages.Python)]
    [InlineData(Languages.NodeJs)]
    public async Task No_payload_is_an_empty_object(string language)
    {
        var function = await Node.CreateAsync(Languages.Pick(language, "def handler(event, context): return event", "exports.handler = async (event) => event;"));
        Assert.Equal("{}", (await function.InvokeAsync("")).AssertSucceeded().Text);
    }

    [SuiteTheory]
    [InlineData("(event, context, callback) => callback(null, 'called back')")]
    [InlineData("(event, context, callback) => setTimeout(() => callback(null, 'called back'), 20)")]
    [InlineData("(event, context, callback) => { context.callbackWaitsForEmptyEventLoop = false; setInterval(() => {}, 1000); callback(null, 'called back'); }")]
    [InlineData("(event, context) => context.succeed('called back')")]
    [InlineData("(event, context) => context.done(null, 'called back')")]
    [InlineData("() => new Promise(resolve => setTimeout(() => resolve('called back'), 20))")]
    public async Task A_handler_in_Node_can_answer_in_every_way(string handler)
    {
        var function = await Node.CreateAsync(Source.NodeJs($"exports.handler = {handler};"));
        Assert.Equal("\"called back\"", (await function.InvokeAsync()).AssertSucceeded().Text);
        Assert.Equal("\"called back\"", (await function.InvokeAsync()).AssertSucceeded().Text);
    }

    [SuiteTheory]
    [InlineData("index.mjs", "index.handler", "import os from 'os'; export const handler = async () => typeof os.tmpdir;", null)]
    [InlineData("index.js", "index.handler", "import os from 'os'; const value = await Promise.resolve(typeof os.tmpdir); export async function handler() { return value }", """{"type": "module"}""")]
    [InlineData("index.cjs", "index.handler", "exports.handler = async () => typeof require('os').tmpdir;", null)]
    [InlineData("src/api.js", "src/api.handlers.one", "exports.handlers = { one: async () => typeof require('os').tmpdir };", null)]
    public async Task A_handler_in_Node_can_be_in_a_module_of_every_kind(string file, string handler, string code, string? package)
    {
        var source = Source.NodeJs(code, handler, file);
        var function = await Node.CreateAsync(package is null ? source : source.With("package.json", package));
        Assert.Equal("\"function\"", (await function.InvokeAsync()).AssertSucceeded().Text);
    }

    [SuiteFact]
    public async Task A_handler_in_Python_can_be_in_a_package()
    {
        var source = new Source(Source.PythonRuntime, "api/one.main", [
            new SourceFile("api/__init__.py", ""), new SourceFile("api/one.py", "from api.two import value\ndef main(event, context): return value"), new SourceFile("api/two.py", "value = 7")]);
        Assert.Equal("7", (await (await Node.CreateAsync(source)).InvokeAsync()).AssertSucceeded().Text);
        Assert.Equal("7", (await (await Node.CreateAsync(source with { Handler = "api.one.main" })).InvokeAsync()).AssertSucceeded().Text);
    }

    [SuiteTheory]
    [InlineData(Languages.Python)]
    [InlineData(Languages.NodeJs)]
    public async Task A_response_of_exactly_the_limit_passes_and_one_byte_more_does_not(string language)
    {
        var function = await Node.CreateAsync(
            Languages.Pick(
                language,
                "def handler(event, context): return 'x' * event",
                "exports.handler = async (event) => 'x'.repeat(event);"),
            request => request with { Timeout = 30, MemorySize = 512 });
        var largest = (await function.InvokeAsync($"{Limits.ResponsePayloadBytes - 2}")).AssertSucceeded();
        Assert.Equal(Limits.ResponsePayloadBytes, largest.Body.Length);
        var failed = (await function.InvokeAsync($"{Limits.ResponsePayloadBytes - 1}")).AssertFailed("Function.ResponseSizeTooLarge");
        Assert.Equal($"Response payload size exceeded maximum allowed payload size ({Limits.ResponsePayloadBytes} bytes).", failed.FunctionErrorMessage);
        (await function.InvokeAsync("60000000")).AssertFailed("Function.ResponseSizeTooLarge");
        Assert.Equal("\"xxx\"", (await function.InvokeAsync("3")).AssertSucceeded().Text);
    }

    [SuiteTheory]
    [InlineData(Languages.Python)]
    [InlineData(Languages.NodeJs)]
    public async Task A_payload_of_exactly_the_limit_reaches_the_function_and_one_byte_more_is_refused(string language)
    {
        var function = await Node.CreateAsync(
            Languages.Pick(language, "def handler(event, context): return len(event)", "exports.handler = async (event) => event.length;"),
            request => request with { Timeout = 30, MemorySize = 512 });
        var largest = Encoding.UTF8.GetBytes($"\"{new string('x', Limits.RequestPayloadBytes - 2)}\"");
        Assert.Equal($"{Limits.RequestPayloadBytes - 2}", (await function.InvokeAsync(largest)).AssertSucceeded().Text);

        var refused = await function.InvokeAsync([.. largest, (byte)' ']);
        var message = refused.AssertRefused(413, "RequestTooLargeException");
        Assert.Equal("Request must be smaller than 6291456 bytes for the InvokeFunction operation with InvocationType RequestResponse", message);
        Assert.Equal("1", (await function.InvokeAsync("\"x\"")).AssertSucceeded().Text);
    }
}
