using System.IO.Compression;
using System.Text.Json;
using Hearth.Client.Tests.Fakes;
using Hearth.Contracts.Api;

namespace Hearth.Client.Tests.CommandLine;

public sealed class DeployCommandTests : CommandLineTests
{
    public DeployCommandTests() => Folder.Write("lambda_function.py", "def lambda_handler(event, context):\n    return event\n");

    [Fact]
    public async Task A_new_function_is_created_and_waited_for_and_the_guess_is_told()
    {
        Node.Functions.ReadingsUntilReady = 2;
        var run = await DeployAsync();
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("Guessed from lambda_function.py: runtime python3.11, handler lambda_function.lambda_handler\n", run.Error);
        var function = Node.Functions.Find("hello")!;
        Assert.StartsWith("Created hello: python3.11, lambda_function.lambda_handler, 128 MB, 3 s\nCode: ", run.Out, StringComparison.Ordinal);
        Assert.Contains($"1 file, sha256 {function.CodeSha256}", run.Out, StringComparison.Ordinal);
        Assert.Equal((FunctionState.Active, "arn:aws:iam::000000000000:role/hearth"), (function.State, function.Role));
        using var zip = new ZipArchive(new MemoryStream(Node.Functions.Code["hello"]));
        Assert.Equal(["lambda_function.py"], zip.Entries.Select(entry => entry.FullName));
    }

    [Fact]
    public async Task Deploying_the_same_again_does_nothing()
    {
        await DeployAsync("--memory", "256", "--env", "A=1");
        Node.Seen.Clear();
        File.SetLastWriteTimeUtc(Path.Combine(Folder.Path, "lambda_function.py"), new DateTime(2020, 1, 1));
        var run = await DeployAsync("--memory", "256", "--env", "A=1");
        Assert.StartsWith("hello is up to date: the same code, the same settings\n", run.Out, StringComparison.Ordinal);
        Assert.All(Node.Seen, seen => Assert.Equal("GET", seen.Method));
    }

    [Fact]
    public async Task New_code_updates_the_code_alone()
    {
        await DeployAsync("--timeout", "9");
        Folder.Write("lambda_function.py", "def lambda_handler(event, context):\n    return 2\n");
        Node.Seen.Clear();
        var run = await DeployAsync();
        Assert.StartsWith("Updated hello: code\n", run.Out, StringComparison.Ordinal);
        Assert.Equal("/2015-03-31/functions/hello/code", Node.Seen.Single(seen => seen.Method == "PUT").PathAndQuery);
        Assert.Equal(9, Node.Functions.Find("hello")!.Timeout);
    }

    [Fact]
    public async Task New_settings_update_those_alone_and_flags_add_to_the_variables()
    {
        await DeployAsync("--env", "A=1", "--env", "B=x=y");
        Node.Seen.Clear();
        var run = await DeployAsync("--memory", "512", "--timeout", "3", "--env", "A=2");
        Assert.StartsWith("Updated hello: memory 128 → 512, environment\n", run.Out, StringComparison.Ordinal);
        var put = Node.Seen.Single(seen => seen.Method == "PUT");
        Assert.Equal("/2015-03-31/functions/hello/configuration", put.PathAndQuery);
        using var body = JsonDocument.Parse(put.Body);
        Assert.Equal(["Environment", "MemorySize"], body.RootElement.EnumerateObject().Select(member => member.Name).Order());
        Assert.Equal(new Dictionary<string, string> { ["A"] = "2", ["B"] = "x=y" }, Node.Functions.Find("hello")!.Environment!.Variables);
    }

    [Fact]
    public async Task Settings_come_from_hearth_json_and_flags_win()
    {
        Folder.Write("hearth.json", """
            {
              // comments are fine
              "name": "from-file", "runtime": "python3.9", "handler": "a.b", "memory": 200, "timeout": 7,
              "environment": { "A": "file", "B": "file" }, "description": "d",
            }
            """);
        var run = await RunAsync("deploy", Folder.Path, "--memory", "300", "--env", "A=flag");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var function = Node.Functions.Find("from-file")!;
        Assert.Equal(("python3.9", "a.b", 300, 7, "d"), (function.Runtime, function.Handler, function.MemorySize, function.Timeout, function.Description));
        Assert.Equal(new Dictionary<string, string> { ["A"] = "flag", ["B"] = "file" }, function.Environment!.Variables);
        using var zip = new ZipArchive(new MemoryStream(Node.Functions.Code["from-file"]));
        Assert.DoesNotContain(zip.Entries, entry => entry.FullName == "hearth.json");
    }

    [Fact]
    public async Task Variables_that_hearth_json_no_longer_names_are_removed()
    {
        Folder.Write("hearth.json", """{"environment":{"A":"1","B":"2"}}""");
        await DeployAsync();
        Folder.Write("hearth.json", """{"environment":{"A":"1"}}""");
        Assert.StartsWith("Updated hello: environment\n", (await DeployAsync()).Out, StringComparison.Ordinal);
        Assert.Equal("A", Assert.Single(Node.Functions.Find("hello")!.Environment!.Variables).Key);
    }

    [Theory]
    [InlineData("""{"memroy": 1}""", "memroy")]
    [InlineData("{\n \"memory\": }", "line 2, byte 12")]
    [InlineData("""{"memory": "much"}""", "line 1")]
    public async Task A_hearth_json_that_makes_no_sense_is_refused_with_its_position(string text, string message)
    {
        Folder.Write("hearth.json", text);
        var run = await DeployAsync();
        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Empty(Node.Seen);
    }

    [Fact]
    public async Task A_runtime_that_the_node_does_not_serve_is_refused_with_those_it_does()
    {
        var run = await DeployAsync("--runtime", "ruby3.3", "--handler", "x.y");
        Assert.Equal(2, run.ExitCode);
        Assert.Equal(
            "error: The node does not serve the runtime 'ruby3.3'. It serves: python3.9, python3.11, nodejs18.x, nodejs20.x, java17, provided.al2, provided.al2023.\n",
            run.Error);
    }

    [Fact]
    public async Task A_folder_that_says_nothing_about_its_runtime_is_refused()
    {
        File.Delete(Path.Combine(Folder.Path, "lambda_function.py"));
        Folder.Write("readme.md", "hello");
        var run = await DeployAsync();
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("Give --runtime and --handler; the node serves: python3.9", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guess_for_another_family_than_the_given_runtime_is_not_used()
    {
        var run = await DeployAsync("--runtime", "nodejs20.x");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("lambda_function.py looks like python: give --handler too", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_or_is_a_file_is_named()
    {
        var file = Folder.Write("a.txt", "x");
        Assert.Contains("There is no folder /no/such", (await RunAsync("deploy", "/no/such")).Error, StringComparison.Ordinal);
        Assert.Contains("is a file; deploy the folder it lies in", (await RunAsync("deploy", file)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_folder_is_refused()
    {
        File.Delete(Path.Combine(Folder.Path, "lambda_function.py"));
        var run = await DeployAsync();
        Assert.Equal((2, "error: The folder has no file to deploy.\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task A_name_that_no_function_can_have_is_refused()
    {
        var run = await RunAsync("deploy", Folder.Path, "--name", "a/b");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("'a/b' cannot be a function's name", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_name_the_function_is_called_like_the_folder()
    {
        var run = await RunAsync("deploy", Folder.Path + "/");
        Assert.Equal(0, run.ExitCode);
        Assert.NotNull(Node.Functions.Find(Path.GetFileName(Folder.Path)));
    }

    [Fact]
    public async Task A_function_that_does_not_become_active_exits_1_with_the_reason()
    {
        Node.Functions.FailureReason = "no such module";
        var run = await DeployAsync();
        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.Contains("Creating hello failed: no such module (InvalidRuntime)", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_that_failed_is_sent_again_though_nothing_changed()
    {
        Node.Functions.FailureReason = "disk full";
        Assert.Equal(1, (await DeployAsync()).ExitCode);
        Node.Functions.FailureReason = null;
        Assert.StartsWith("Updated hello: code\n", (await DeployAsync()).Out, StringComparison.Ordinal);
        Assert.Equal(FunctionState.Active, Node.Functions.Find("hello")!.State);
    }

    [Fact]
    public async Task A_change_that_still_goes_on_is_waited_for_before_the_next()
    {
        await DeployAsync();
        Node.Functions.ReadingsUntilReady = 3;
        Node.Functions.Put(Node.Functions.Find("hello")! with { LastUpdateStatus = LastUpdateStatus.InProgress });
        Node.Seen.Clear();
        await DeployAsync("--memory", "256");
        Assert.Equal("GET GET GET GET PUT", string.Join(' ', Node.Seen.Select(seen => seen.Method).Take(5)));
    }

    [Fact]
    public async Task A_refusal_by_the_node_exits_3()
    {
        // The reading of the function finds none, then the creation is refused.
        Deploy("other");
        Node.Next(context =>
        {
            context.Response.StatusCode = 404;
            context.Response.Headers["x-amzn-ErrorType"] = "ResourceNotFoundException";
            return Task.CompletedTask;
        });
        Node.Next(context =>
        {
            context.Response.StatusCode = 400;
            context.Response.Headers["x-amzn-ErrorType"] = "ValidationException";
            return Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, """{"message":"memory"}""");
        });
        var run = await DeployAsync();
        Assert.Equal((3, "", "error: ValidationException: memory\n"), (run.ExitCode, run.Out, run.Error));
    }

    [Fact]
    public async Task Json_prints_one_object_on_stdout()
    {
        using var report = JsonDocument.Parse((await DeployAsync("--json")).Out);
        Assert.Equal("created", report.RootElement.GetProperty("Action").GetString());
        Assert.Equal(Node.Functions.Find("hello")!.CodeSha256, report.RootElement.GetProperty("CodeSha256").GetString());
    }

    [Fact]
    public async Task On_a_terminal_progress_goes_to_stderr_and_the_result_to_stdout()
    {
        var run = await RunAsync(["deploy", Folder.Path, "--name", "hello"], "", isTerminal: true);
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("Created hello", run.Out, StringComparison.Ordinal);
    }

    private Task<CommandRun> DeployAsync(params string[] more) => RunAsync(["deploy", Folder.Path, "--name", "hello", .. more], input: "");
}
