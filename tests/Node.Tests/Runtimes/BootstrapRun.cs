using System.Diagnostics;
using System.Text;
using Hearth.Node.Runtimes;

namespace Hearth.Node.Tests.Runtimes;

/// <summary>What a bootstrap answered, with all it had written by then.</summary>
internal sealed record Outcome(RuntimeRequest Request, string Log)
{
    public string Kind => Request.Kind;

    public string Body => Request.Body;

    /// <summary>Null where the report names none, as Java's own of a handler that cannot be.</summary>
    public string? Type => Request.Json.TryGetProperty("errorType", out var type) ? type.GetString() : null;

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
    private readonly InstalledRuntime _runtime;
    private Process _process = null!;
    private FileStream? _assignment;

    private BootstrapRun(InstalledRuntime runtime)
    {
        _runtime = runtime;
        Api = new ScriptedRuntimeApi(_deadline.Token);
        Task = Path.Combine(_folder.Path, "task");
    }

    public ScriptedRuntimeApi Api { get; }

    public string Task { get; }

    /// <summary>What it has printed, but for the byte by which a blank one says that it is ready.</summary>
    public string Output => File.ReadAllText(OutputFile).TrimStart('\0');

    private string OutputFile => Path.Combine(_folder.Path, "output");

    public static async Task<BootstrapRun> StartAsync(
        string family, string handler, (string Name, string Text)[] files, params (string Name, string Value)[] variables)
    {
        var run = await NewAsync(family);
        run.Write(files);
        run._process = run.Start(run.Variables(handler, variables));
        return run;
    }

    /// <summary>The same with the task folder a link to a folder of compiled files, which the tests share.</summary>
    public static async Task<BootstrapRun> StartFolderAsync(
        string family, string handler, string folder, params (string Name, string Value)[] variables)
    {
        var run = await NewAsync(family);
        Directory.CreateSymbolicLink(run.Task, folder);
        run._process = run.Start(run.Variables(handler, variables));
        return run;
    }

    /// <summary>Starts a process that has no function yet, and waits until it waits for one, on descriptor 4, in an empty task folder.</summary>
    public static async Task<BootstrapRun> StartBlankAsync(string family)
    {
        var run = await NewAsync(family);
        Directory.CreateDirectory(run.Task);
        var pipe = Path.Combine(run._folder.Path, "assignment");
        using (var maker = Process.Start("/usr/bin/mkfifo", [pipe]))
            await maker.WaitForExitAsync(run._deadline.Token);
        run._process = run.Start([.. run.RuntimeVariables, ("PATH", "/usr/bin:/bin"), ("HEARTH_ASSIGNMENT_FD", "4"), ("AWS_LAMBDA_RUNTIME_API", run.Api.Address)], $"4< '{pipe}'");
        // Opening one end waits for the other, which the shell opens.
        run._assignment = await System.Threading.Tasks.Task.Run(() => new FileStream(pipe, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0), run._deadline.Token);
        while (!File.Exists(run.OutputFile) || !File.ReadAllText(run.OutputFile).Contains('\0'))
            await System.Threading.Tasks.Task.Delay(1, run._deadline.Token);
        return run;
    }

    /// <summary>Hands a blank process its function. The task folder becomes another one, as when one is mounted over it.</summary>
    public Task AssignAsync(string handler, (string Name, string Text)[] files, params (string Name, string Value)[] variables)
    {
        MoveTask();
        Write(files);
        return WriteAssignmentAsync(Variables(handler, variables));
    }

    public Task AssignFolderAsync(string handler, string folder, params (string Name, string Value)[] variables)
    {
        MoveTask();
        Directory.CreateSymbolicLink(Task, folder);
        return WriteAssignmentAsync(Variables(handler, variables));
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
        _assignment?.Dispose();
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        await Api.DisposeAsync();
        _folder.Dispose();
        _deadline.Dispose();
    }

    private static async Task<BootstrapRun> NewAsync(string family)
    {
        var runtime = (await Catalog.Value).All.FirstOrDefault(runtime => runtime.Family == family);
        Assert.True(runtime is not null, $"These tests need an interpreter of the family '{family}' below /usr, and what its manifest requires.");
        return new BootstrapRun(runtime);
    }

    private void Write((string Name, string Text)[] files)
    {
        Directory.CreateDirectory(Task);
        foreach (var (name, text) in files)
            _ = name == "bootstrap" ? _folder.WriteProgram("task/bootstrap", text) : _folder.Write("task/" + name, text);
    }

    // The process stays in the old one.
    private void MoveTask() => Directory.Move(Task, Task + "-when-blank");

    private async Task WriteAssignmentAsync((string Name, string Value)[] variables)
    {
        var records = string.Concat(variables.Select(variable => $"{variable.Name}={variable.Value}\0"));
        await _assignment!.WriteAsync(Encoding.UTF8.GetBytes(records), _deadline.Token);
        DropAssignment();
    }

    private IEnumerable<(string Name, string Value)> RuntimeVariables => _runtime.Environment.Select(variable => (variable.Key, variable.Value));

    private (string Name, string Value)[] Variables(string handler, (string Name, string Value)[] variables) =>
    [
        .. RuntimeVariables,
        ("PATH", "/usr/bin:/bin"), ("TZ", ":UTC"), ("AWS_LAMBDA_RUNTIME_API", Api.Address), ("LAMBDA_TASK_ROOT", Task),
        ("_HANDLER", handler), ("AWS_LAMBDA_FUNCTION_NAME", "hello"), ("AWS_LAMBDA_FUNCTION_VERSION", "7"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"), ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/hello"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/31/[7]0123"), .. variables,
    ];

    private Process Start((string Name, string Value)[] variables, string redirection = "")
    {
        var command = _runtime.Command.Select(argument => argument.Replace("{task}", Task).Replace("{runtime}", _runtime.Directory));
        // The shell only opens the files; it is replaced by the command.
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"exec \"$@\" > \"$0\" 2>&1 < /dev/null {redirection}", OutputFile, .. command])
        {
            WorkingDirectory = Task,
        };
        start.Environment.Clear();
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
