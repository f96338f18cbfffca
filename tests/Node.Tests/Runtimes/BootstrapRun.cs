using System.Diagnostics;
using System.Text;
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
    private FileStream? _assignment;

    private BootstrapRun(InstalledRuntime runtime, string script, Func<BootstrapRun, IEnumerable<(string, string)>> variables)
    {
        Api = new ScriptedRuntimeApi(_deadline.Token);
        Task = System.IO.Path.Combine(_folder.Path, "task");
        Directory.CreateDirectory(Task);
        _process = Start(runtime, script, variables(this));
    }

    public ScriptedRuntimeApi Api { get; }

    public string Task { get; }

    public string Output => File.ReadAllText(Path.Combine(_folder.Path, "output"));

    public static async Task<BootstrapRun> StartAsync(
        string family, string handler, (string Name, string Text)[] files, params (string Name, string Value)[] variables) =>
        new(await RuntimeAsync(family), "exec \"$@\" > \"$0\" 2>&1 < /dev/null", run =>
        {
            run.WriteFiles(files);
            return run.Variables(handler, variables);
        });

    /// <summary>Starts it before it is known for which function; returns once it holds the descriptor for its assignment.</summary>
    public static async Task<BootstrapRun> StartBlankAsync(string family)
    {
        var run = new BootstrapRun(
            await RuntimeAsync(family),
            "mkfifo \"$0.fifo\" && exec \"$@\" > \"$0\" 2>&1 < /dev/null 4< \"$0.fifo\"",
            _ => [("PATH", "/usr/bin:/bin"), ("HEARTH_ASSIGNMENT_FD", "4")]);
        run._assignment = await run.OpenFifoAsync();
        return run;
    }

    /// <summary>Gives a blank one its function: the files first, then the environment variables.</summary>
    public async Task AssignAsync(string handler, (string Name, string Text)[] files, params (string Name, string Value)[] variables)
    {
        WriteFiles(files);
        var records = string.Concat(Variables(handler, variables).Select(variable => $"{variable.Name}={variable.Value}\0"));
        await _assignment!.WriteAsync(Encoding.UTF8.GetBytes(records), _deadline.Token);
        DropAssignment();
    }

    /// <summary>Ends what a blank one reads its assignment from.</summary>
    public void DropAssignment() => _assignment!.Dispose();

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
        _assignment?.Dispose();
        await Api.DisposeAsync();
        _folder.Dispose();
        _deadline.Dispose();
    }

    private static async Task<InstalledRuntime> RuntimeAsync(string family)
    {
        var runtime = (await Catalog.Value).All.FirstOrDefault(runtime => runtime.Family == family);
        Assert.True(runtime is not null, $"These tests need an interpreter of the family '{family}' below /usr.");
        return runtime;
    }

    private void WriteFiles((string Name, string Text)[] files)
    {
        foreach (var (name, text) in files)
            _ = name == "bootstrap" ? _folder.WriteProgram("task/bootstrap", text) : _folder.Write("task/" + name, text);
    }

    // Opening a named pipe waits for the other side, which the shell opens just before it becomes the bootstrap.
    private async Task<FileStream> OpenFifoAsync()
    {
        var fifo = Path.Combine(_folder.Path, "output.fifo");
        while (!File.Exists(fifo))
            await System.Threading.Tasks.Task.Delay(1, _deadline.Token);
        return await System.Threading.Tasks.Task.Run(() => new FileStream(fifo, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0))
            .WaitAsync(_deadline.Token);
    }

    private IEnumerable<(string Name, string Value)> Variables(string handler, (string Name, string Value)[] variables) =>
    [
        ("PATH", "/usr/bin:/bin"), ("TZ", ":UTC"), ("AWS_LAMBDA_RUNTIME_API", Api.Address), ("LAMBDA_TASK_ROOT", Task),
        ("_HANDLER", handler), ("AWS_LAMBDA_FUNCTION_NAME", "hello"), ("AWS_LAMBDA_FUNCTION_VERSION", "7"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"), ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/hello"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/31/[7]0123"), .. variables,
    ];

    // The shell only opens files; it is replaced by the command.
    private Process Start(InstalledRuntime runtime, string script, IEnumerable<(string Name, string Value)> variables)
    {
        var command = runtime.Command.Select(argument => argument.Replace("{task}", Task).Replace("{runtime}", runtime.Directory));
        var start = new ProcessStartInfo("/bin/sh", ["-c", script, Path.Combine(_folder.Path, "output"), .. command])
        {
            WorkingDirectory = Task,
        };
        start.Environment.Clear();
        foreach (var (name, value) in runtime.Environment)
            start.Environment[name] = value;
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
