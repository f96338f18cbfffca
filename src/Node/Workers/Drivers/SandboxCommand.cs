using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers;

/// <summary>What a sandbox executes, with its placeholders and the driver's own variables filled in.</summary>
/// <param name="Arguments">The program's full path as the sandbox sees it, and its arguments.</param>
/// <param name="ProgramHere">The program's file on this machine.</param>
internal sealed record SandboxCommand(IReadOnlyList<string> Arguments, string ProgramHere, IReadOnlyDictionary<string, string> Environment)
{
    public const string DefaultPath = "/usr/local/bin:/usr/bin:/bin";

    /// <param name="task">The task directory as the sandbox sees it.</param>
    /// <param name="runtime">The runtime directory as the sandbox sees it.</param>
    /// <param name="isVisible">Whether the sandbox sees this machine's file of that path under the same path.</param>
    /// <exception cref="SandboxStartException">The program does not exist or may not be executed; the message names it.</exception>
    public static SandboxCommand Of(SandboxSpec spec, string task, string runtime, int runtimeApiPort, Func<string, bool> isVisible)
    {
        RequireDirectory(spec.TaskDirectory);
        RequireDirectory(spec.RuntimeDirectory);
        var arguments = spec.Command.Select(word => word.Replace("{task}", task).Replace("{runtime}", runtime)).ToArray();
        var environment = new Dictionary<string, string>(spec.Environment)
        {
            ["AWS_LAMBDA_RUNTIME_API"] = $"127.0.0.1:{runtimeApiPort}",
            ["LAMBDA_TASK_ROOT"] = task,
            ["LAMBDA_RUNTIME_DIR"] = runtime,
        };
        environment.TryAdd("PATH", DefaultPath);
        if (arguments.Length == 0)
            throw new SandboxStartException("The runtime has no command.");
        var word = spec.Command[0];
        if (!word.Contains('/'))
            arguments[0] = word = Search(word, environment["PATH"], isVisible);
        var here = word.Replace("{task}", spec.TaskDirectory).Replace("{runtime}", spec.RuntimeDirectory);
        if (!File.Exists(here) || (here == word && !isVisible(here)))
            throw new SandboxStartException($"{arguments[0]} does not exist.");
        if (ProgramFile.Refusal(here) is { } refusal)
            throw new SandboxStartException($"{arguments[0]}: {refusal}.");
        return new SandboxCommand(arguments, here, environment);
    }

    private static void RequireDirectory(string path)
    {
        if (!Directory.Exists(path))
            throw new SandboxStartException($"The folder {path} does not exist.");
    }

    private static string Search(string program, string searchPath, Func<string, bool> isVisible) =>
        searchPath.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(path => File.Exists(path) && isVisible(path))
        ?? throw new SandboxStartException($"{program} does not exist in {searchPath}.");
}
