using System.Diagnostics;
using Hearth.Node.Runtimes;

namespace Hearth.Node.Tests.Runtimes;

/// <summary>What a bootstrap answered, with all it had written by then.</summary>
internal sealed record Outcome(RuntimeRequest Request, string Log)
{
    public string Kind => Request.Kind;

    public string Body => Request.Body;

    public string? Type => Request.Json.GetProperty("errorType").GetString();

    public string? Message => Request.Json.GetProperty("errorMessage").GetString();

    public string[] Trace(string member) => [.. Request.Json.GetProperty(member).EnumerateArray().Select(line => line.GetString()!)];
}

/// <summary>
/// A real bootstrap, run by its manifest's command on a function's files, against a scripted Runtime API.
/// Its output goes to a file, so that a test can see what was written at any moment.
/// </summary>
internal sealed class BootstrapRun : IAsyncDisposable
{
    public const string RequestId = "8f5cd7e1-0000-4000-8000-000000000001";
    private const string FunctionArn = "arn:aws:lambda:us-east-1:000000000000:function:hello:live";

    private static readonly Lazy<Task<RuntimeCatalog>> Catalog =
        new(() => RuntimeCatalog.LoadAsync(Repository.Runtimes, CancellationToken.None));

    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(60));
    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;

    private BootstrapRun(InstalledRuntime runtime, string handler, (string Name, string Text)[] files, (string, string)[] variables)
    {
        Api = new ScriptedRuntimeApi(_deadline.Token);
        Task = System.IO.Path.Combine(_folder.Path, "task");
        foreach (var (name, text) in files)
            _ = name == "bootstrap" ? _folder.WriteProgram("task/bootstrap", text) : _folder.Write("task/" + name, text);
        _process = Start(runtime, handler, variables);
    }

    public ScriptedRuntimeApi Api { get; }

    public string Task { get; }

    public string Output => File.ReadAllText(Path.Combine(_folder.Path, "output"));

    public static async Task<BootstrapRun> StartAsync(
        string family, string handler, (string Name, string Text)[] files, params (string Name, string Value)[] variables)
    {
        var runtime = (await Catalog.Value).All.FirstOrDefault(runtime => runtime.Family == family);
        Assert.True(runtime is not null, $"These tests need an interpreter of the family '{family}' below /usr.");
        return new BootstrapRun(runtime, handler, files, variables);
    }

    /// <summary>
    /// Hands out one invocation and answers 202 to what comes back; a failed init comes back without one.
    /// </summary>
    public async Task<Outcome> InvokeAsync(string payload = "{}", params (string Name, string Value)[] headers)
    {
        var request = await Api.ReadAsync();
        if (request.AsksNext)
        {
            Assert.Equal("/2018-06-01/runtime/invocation/next", request.Path);
            await Api.InvocationAsync(RequestId, payload, [("Lambda-Runtime-Invoked-Function-Arn", FunctionArn), .. headers]);
            request = await Api.ReadAsync();
            Assert.Equal($"/2018-06-01/runtime/invocation/{RequestId}/{request.Kind}", request.Path);
        }

        var outcome = new Outcome(request, Output);
        Assert.Equal(request.Kind == "response" ? null : outcome.Type, request.ErrorType);
        await Api.AcceptedAsync();
        return outcome;
    }

    /// <summary>Waits for the end and tells the exit status; 128 and the signal's number for one that a signal ended.</summary>
    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync(_deadline.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        await Api.DisposeAsync();
        _folder.Dispose();
        _deadline.Dispose();
    }

    private Process Start(InstalledRuntime runtime, string handler, (string Name, string Value)[] variables)
    {
        var command = runtime.Command.Select(argument => argument.Replace("{task}", Task).Replace("{runtime}", runtime.Directory));
        // The shell only opens the output file; it is replaced by the command.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" > \"$0\" 2>&1 < /dev/null", Path.Combine(_folder.Path, "output"), .. command])
        {
            WorkingDirectory = Task,
        };
        start.Environment.Clear();
        foreach (var (name, value) in runtime.Environment)
            start.Environment[name] = value;
        (string, string)[] fixedVariables =
        [
            ("PATH", "/usr/bin:/bin"), ("TZ", ":UTC"), ("AWS_LAMBDA_RUNTIME_API", Api.Address), ("LAMBDA_TASK_ROOT", Task),
            ("_HANDLER", handler), ("AWS_LAMBDA_FUNCTION_NAME", "hello"), ("AWS_LAMBDA_FUNCTION_VERSION", "7"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"), ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/hello"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/31/[7]0123"),
        ];
        foreach (var (name, value) in fixedVariables.Concat(variables))
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
