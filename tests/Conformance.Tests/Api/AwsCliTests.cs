using System.Text.Json;
using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Conformance.Tests.Tools;

namespace Conformance.Tests.Api;

[NeedsRoot]
[Collection(OnContainers.Name)]
public sealed class AwsCliOnContainersTests(ContainerNode node) : AwsCliSuite(node);

[Collection(OnProcesses.Name)]
public sealed class AwsCliOnProcessesTests(ProcessNode node) : AwsCliSuite(node);

/// <summary>The path of the README, with AWS's own command line.</summary>
public abstract class AwsCliSuite(SharedNode shared) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hearth-cli-");
    private readonly AwsCli _aws = new(shared.Node);

    private Node Node { get; } = shared.Node;

    [SuiteFact]
    public async Task A_function_goes_its_whole_way()
    {
        var name = Node.NewName("hello");
        var first = Zip("first.zip", "print('loaded')\ndef handler(event, context):\n    print('hello from', context.function_name)\n    return {'hello': event}");

        var created = await _aws.LambdaAsync(
            "create-function", "--function-name", name, "--runtime", "python3.11", "--handler", "app.handler", "--role", Source.Role, "--zip-file", $"fileb://{first}");
        Assert.Equal("Pending", Text(created, "State"));
        Assert.Equal($"arn:aws:lambda:us-east-1:000000000000:function:{name}", Text(created, "FunctionArn"));
        await _aws.LambdaAsync("wait", "function-active-v2", "--function-name", name);

        var (answer, body) = await InvokeAsync(name, """{"name": "Ada"}""", "--log-type", "Tail");
        Assert.Equal(200, answer.GetProperty("StatusCode").GetInt32());
        Assert.Equal("$LATEST", Text(answer, "ExecutedVersion"));
        Assert.False(answer.TryGetProperty("FunctionError", out _));
        Assert.Equal("""{"hello": {"name": "Ada"}}""", body);
        var log = System.Text.Encoding.UTF8.GetString(answer.GetProperty("LogResult").GetBytesFromBase64());
        Assert.Contains($"\nhello from {name}\nEND RequestId: ", log);

        await CheckReadsAsync(name, created, first);
        await CheckUpdatesAsync(name, Zip("second.zip", "import os\ndef handler(event, context):\n    return os.environ['GREETING']"));

        await _aws.LambdaAsync("delete-function", "--function-name", name);
        var gone = await _aws.TryLambdaAsync("get-function", "--function-name", name);
        Assert.Equal(254, gone.ExitCode);
        Assert.Contains($"(ResourceNotFoundException) when calling the GetFunction operation: Function not found: arn:aws:lambda:us-east-1:000000000000:function:{name}", gone.Error);
    }

    [SuiteFact]
    public async Task A_dry_run_answers_without_running_the_function()
    {
        var function = await Node.CreateAsync(Source.Echo);
        var (answer, _) = await InvokeAsync(function.Name, "{}", "--invocation-type", "DryRun");
        Assert.Equal(204, answer.GetProperty("StatusCode").GetInt32());
        Assert.Empty(await function.EnvironmentsAsync());
    }

    [SuiteFact]
    public async Task A_function_that_fails_says_so_in_the_answer()
    {
        var function = await Node.CreateAsync(Source.Python("def handler(event, context): raise KeyError('x')"));
        var (answer, body) = await InvokeAsync(function.Name, "{}");
        Assert.Equal("Unhandled", Text(answer, "FunctionError"));
        Assert.Equal("KeyError", JsonDocument.Parse(body).RootElement.GetProperty("errorType").GetString());
    }

    [SuiteFact]
    public async Task The_account_has_its_settings()
    {
        await Node.CreateAsync(Source.Echo);
        var settings = await _aws.LambdaAsync("get-account-settings");
        Assert.Equal(1000, settings.GetProperty("AccountLimit").GetProperty("ConcurrentExecutions").GetInt32());
        Assert.Equal(262_144_000, settings.GetProperty("AccountLimit").GetProperty("CodeSizeUnzipped").GetInt32());
        Assert.Equal(52_428_800, settings.GetProperty("AccountLimit").GetProperty("CodeSizeZipped").GetInt32());
        Assert.InRange(settings.GetProperty("AccountUsage").GetProperty("FunctionCount").GetInt64(), 1, 10_000);
        Assert.InRange(settings.GetProperty("AccountUsage").GetProperty("TotalCodeSize").GetInt64(), 100, long.MaxValue);
    }

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private async Task CheckReadsAsync(string name, JsonElement created, string zip)
    {
        var function = await _aws.LambdaAsync("get-function", "--function-name", name);
        var configuration = function.GetProperty("Configuration");
        Assert.Equal("Active", Text(configuration, "State"));
        Assert.Equal("Successful", Text(configuration, "LastUpdateStatus"));
        Assert.Equal(Text(created, "CodeSha256"), Text(configuration, "CodeSha256"));
        var downloaded = await Node.Http.GetByteArrayAsync(Text(function.GetProperty("Code"), "Location"));
        Assert.Equal(File.ReadAllBytes(zip), downloaded);
        Assert.Equal(Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(downloaded)), Text(configuration, "CodeSha256"));

        var alone = await _aws.LambdaAsync("get-function-configuration", "--function-name", name);
        Assert.True(JsonElement.DeepEquals(configuration, alone), alone.GetRawText());
    }

    private async Task CheckUpdatesAsync(string name, string zip)
    {
        var before = await _aws.LambdaAsync("get-function-configuration", "--function-name", name);
        var dry = await _aws.LambdaAsync("update-function-code", "--function-name", name, "--zip-file", $"fileb://{zip}", "--dry-run");
        Assert.NotEqual(Text(before, "CodeSha256"), Text(dry, "CodeSha256"));
        var after = await _aws.LambdaAsync("get-function-configuration", "--function-name", name);
        Assert.True(JsonElement.DeepEquals(before, after), after.GetRawText());

        var updated = await _aws.LambdaAsync(
            "update-function-code", "--function-name", name, "--zip-file", $"fileb://{zip}", "--revision-id", Text(before, "RevisionId"));
        Assert.Equal("InProgress", Text(updated, "LastUpdateStatus"));
        Assert.NotEqual(Text(before, "RevisionId"), Text(updated, "RevisionId"));
        await _aws.LambdaAsync("wait", "function-updated-v2", "--function-name", name);
        var configured = await _aws.LambdaAsync(
            "update-function-configuration", "--function-name", name, "--timeout", "9", "--memory-size", "256",
            "--description", "second", "--environment", "Variables={GREETING=salut}");
        Assert.Equal(9, configured.GetProperty("Timeout").GetInt32());
        await _aws.LambdaAsync("wait", "function-updated-v2", "--function-name", name);
        Assert.Equal("\"salut\"", (await InvokeAsync(name, "{}")).Body);
        var listed = await _aws.LambdaAsync("get-function-configuration", "--function-name", name);
        Assert.Equal("second", Text(listed, "Description"));
        Assert.Equal(256, listed.GetProperty("MemorySize").GetInt32());
        Assert.Equal("salut", Text(listed.GetProperty("Environment").GetProperty("Variables"), "GREETING"));
    }

    private async Task<(JsonElement Answer, string Body)> InvokeAsync(string name, string payload, params string[] options)
    {
        var (input, output) = (Path.Combine(_folder.FullName, "event.json"), Path.Combine(_folder.FullName, "out.json"));
        await File.WriteAllTextAsync(input, payload);
        var answer = await _aws.LambdaAsync(["invoke", "--function-name", name, "--payload", $"fileb://{input}", .. options, output]);
        return (answer, await File.ReadAllTextAsync(output));
    }

    private string Zip(string name, string code)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, Source.Python(code).Zip());
        return path;
    }

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;
}
