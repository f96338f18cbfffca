using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Hearth.Client;
using Hearth.Contracts.Api;
using Hearth.Contracts.Errors;

namespace Conformance.Tests.Api;

[NeedsRoot]
[Collection(OnContainers.Name)]
public sealed class ClientOnContainersTests(ContainerNode node) : ClientSuite(node);

[Collection(OnProcesses.Name)]
public sealed class ClientOnProcessesTests(ProcessNode node) : ClientSuite(node);

/// <summary>Hearth's own .NET client against a real node.</summary>
public abstract class ClientSuite(SharedNode shared)
{
    private Node Node { get; } = shared.Node;

    [SuiteFact]
    public async Task Types_go_in_and_come_out()
    {
        var function = await Node.CreateAsync(Source.Python("def handler(event, context): return {'Text': event['text'] * event['times'], 'Length': len(event['text'])}"));
        Assert.Equal(new Said("hö hö ", 3), await Node.Client.InvokeAsync<Say, Said>(function.Name, new Say("hö ", 2)));
    }

    [SuiteFact]
    public async Task An_error_of_the_function_keeps_its_type_message_and_stack()
    {
        var function = await Node.CreateAsync(Source.Python("def handler(event, context): raise ValueError('too ' + event)"));
        var failed = await Assert.ThrowsAsync<FunctionErrorException>(() => Node.Client.InvokeAsync<string, string>(function.Name, "big", new InvokeOptions { LogTail = true }));
        Assert.Equal(("ValueError", "too big"), (failed.ErrorType, failed.ErrorMessage));
        Assert.Contains("in handler", Assert.Single(failed.FunctionStackTrace));
        Assert.Contains("[ERROR] ValueError: too big", failed.Result.LogTail);
    }

    [SuiteFact]
    public async Task A_refusal_is_an_exception_with_its_code()
    {
        var missing = await Assert.ThrowsAsync<LambdaException>(() => Node.Client.InvokeRawAsync("no-such", "{}"u8.ToArray()));
        Assert.Equal((ErrorCode.ResourceNotFound, 404), (missing.Code, missing.HttpStatus));
        Assert.Equal("Function not found: arn:aws:lambda:us-east-1:000000000000:function:no-such:$LATEST", missing.Message);
        var function = await Node.CreateAsync(Source.Echo);
        var taken = await Assert.ThrowsAsync<LambdaException>(() => Node.Client.CreateFunctionAsync(Source.Echo.Request(function.Name)));
        Assert.Equal(ErrorCode.ResourceConflict, taken.Code);
        Assert.Equal($"Function already exist: {function.Name}", taken.Message);
    }

    [SuiteFact]
    public async Task A_dry_run_a_client_context_and_the_version_pass_through()
    {
        var function = await Node.CreateAsync(Source.NodeJs("exports.handler = async (event, context) => context.clientContext;"));
        await Node.Client.DryRunAsync(function.Name);
        var result = await Node.Client.InvokeRawAsync(function.Name, "{}"u8.ToArray(), new InvokeOptions { ClientContext = """{"custom":{"a":"ü"}}""" });
        Assert.Equal("""{"custom":{"a":"ü"}}""", System.Text.Encoding.UTF8.GetString(result.Payload.Span));
        Assert.Equal("$LATEST", result.ExecutedVersion);
        await Assert.ThrowsAsync<LambdaException>(() => Node.Client.DryRunAsync("no-such"));
    }

    [SuiteFact]
    public async Task The_node_lists_the_runtimes_it_serves()
    {
        var listed = await Node.Client.ListRuntimesAsync();
        Assert.Equal(Node.Driver, listed.Sandbox);
        var identifiers = listed.Runtimes.Select(runtime => runtime.Identifier).ToList();
        Assert.All([Source.PythonRuntime, Source.NodeRuntime, "provided.al2", Source.ProvidedRuntime], identifier => Assert.Contains(identifier, identifiers));
    }

    [SuiteFact]
    public async Task An_update_of_the_environment_reaches_the_next_invocation_and_an_empty_one_removes_it()
    {
        var function = await Node.CreateAsync(
            Source.Python("import os\ndef handler(event, context): return os.environ.get('GREETING')"),
            request => request with { Environment = new EnvironmentSettings(new Dictionary<string, string> { ["GREETING"] = "1" }) });
        Assert.Equal("\"1\"", (await function.InvokeAsync()).AssertSucceeded().Text);
        await function.UpdateConfigurationAsync(new UpdateFunctionConfigurationRequest { Environment = new EnvironmentSettings(new Dictionary<string, string> { ["GREETING"] = "2" }) });
        Assert.Equal("\"2\"", (await function.InvokeAsync()).AssertSucceeded().Text);
        await function.UpdateConfigurationAsync(new UpdateFunctionConfigurationRequest { Description = "only this" });
        Assert.Equal("\"2\"", (await function.InvokeAsync()).AssertSucceeded().Text);
        await function.UpdateConfigurationAsync(new UpdateFunctionConfigurationRequest { Environment = new EnvironmentSettings(new Dictionary<string, string>()) });
        Assert.Equal("null", (await function.InvokeAsync()).AssertSucceeded().Text);
    }

    private sealed record Say(string Text, int Times);

    private sealed record Said(string Text, int Length)
    {
        public override string ToString() => $"{Text} {Length}";
    }
}
