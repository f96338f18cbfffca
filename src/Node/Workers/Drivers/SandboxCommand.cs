using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers;

/// <summary>What a sandbox executes, with its placeholders and the driver's own variables filled in.</summary>
/// <param name="Arguments">The program's full path as the sandbox sees it, and its arguments.</param>
/// <param name="ProgramHere">The program's file on this machine.</param>
internal sealed record SandboxCommand(IReadOnlyList<string> Arguments, string ProgramHere, IReadOnlyDictionary<string, string> Environment)
{
    public const string DefaultPath = "/usr/local/bin:/usr/bin:/bin", RuntimeApiVariable = "AWS_LAMBDA_RUNTIME_API";

    /// <param name="task">The task directory as the sandbox sees it.</param>
    /// <param name="runtime">The runtime directory as the sandbox sees it.</param>
    /// <param name="isVisible">Whether the sandbox sees this machine's file of that path under the same path.</param>
    /// <exception cref="SandboxStartException">The program does not exist or may not be executed; the message names it.</exception>
    public static SandboxCommand Of(SandboxSpec spec, string task, string runtime, int runtimeApiPort, Func<string, bool> isVisible)
    {
        RequireDirectory(spec.TaskDirectory);
        var environment = Variables(spec.Environment, task, runtime, runtimeApiPort);
        return Of(
            spec.Command, environment, spec.RuntimeDirectory, isVisible,
            word => word.Replace("{task}", task).Replace("{runtime}", runtime),
            word => word.Replace("{task}", spec.TaskDirectory).Replace("{runtime}", spec.RuntimeDirectory));
    }

    /// <summary>As above, for a command that knows of no task directory yet and gets these variables and no others.</summary>
    public static SandboxCommand Of(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, string runtimeDirectory, string runtime, Func<string, bool> isVisible) =>
        Of(command, environment, runtimeDirectory, isVisible, word => word.Replace("{runtime}", runtime), word => word.Replace("{runtime}", runtimeDirectory));

    private static SandboxCommand Of(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, string runtimeDirectory, Func<string, bool> isVisible,
        Func<string, string> inSandbox, Func<string, string> onMachine)
    {
        RequireDirectory(runtimeDirectory);
        if (command.Count == 0)
            throw new SandboxStartException("The runtime has no command.");
        var arguments = command.Select(inSandbox).ToArray();
        var word = command[0];
        if (!word.Contains('/'))
            arguments[0] = word = Search(word, environment.GetValueOrDefault("PATH", DefaultPath), isVisible);
        var here = onMachine(word);
        if (!File.Exists(here) || (here == word && !isVisible(here)))
            throw new SandboxStartException($"{arguments[0]} does not exist.");
        if (ProgramFile.Refusal(here) is { } refusal)
            throw new SandboxStartException($"{arguments[0]}: {refusal}.");
        return new SandboxCommand(arguments, here, environment);
    }

    /// <summary>All variables: those given, and those that depend on the driver.</summary>
    public static Dictionary<string, string> Variables(IReadOnlyDictionary<string, string> given, string task, string runtime, int runtimeApiPort)
    {
        var all = new Dictionary<string, string>(given)
        {
            [RuntimeApiVariable] = RuntimeApi(runtimeApiPort),
            ["LAMBDA_TASK_ROOT"] = task,
            ["LAMBDA_RUNTIME_DIR"] = runtime,
        };
        all.TryAdd("PATH", DefaultPath);
        return all;
    }

    /// <summary>What <see cref="RuntimeApiVariable"/> says.</summary>
    public static string RuntimeApi(int port) => $"127.0.0.1:{port}";

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
