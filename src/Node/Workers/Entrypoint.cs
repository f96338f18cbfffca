using System.Text;

namespace Hearth.Node.Workers;

/// <summary>
/// Looks at the program that a package brings as its own runtime before it is run, so that what is wrong with it is the
/// function's error, in AWS's words, and not the node's.
/// </summary>
internal static class Entrypoint
{
    private const string Task = "{task}", SandboxTask = "/var/task";

    /// <summary>The kernel reads no more of a script's first line.</summary>
    private const int FirstLineBytes = 256;

    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Why <paramref name="program"/>, a managed runtime's command, cannot be run; null where nothing speaks against it.</summary>
    /// <param name="taskDirectory">The extracted package.</param>
    public static string? Problem(string program, string taskDirectory)
    {
        if (!program.StartsWith(Task, StringComparison.Ordinal))
            return null;

        var name = program[Task.Length..];
        var file = taskDirectory + name;
        if (!File.Exists(file))
            return $"Couldn't find valid bootstrap(s): [{SandboxTask}{name} /opt{name}]";
        if ((File.GetUnixFileMode(file) & AnyExecute) == 0)
            return $"fork/exec {SandboxTask}{name}: permission denied";
        return IsMissing(InterpreterOf(file), taskDirectory) ? $"fork/exec {SandboxTask}{name}: no such file or directory" : null;
    }

    // Only absolute paths can be looked for: the kernel takes others from the sandbox's working directory.
    private static bool IsMissing(string? interpreter, string taskDirectory)
    {
        if (interpreter is null || !interpreter.StartsWith('/'))
            return false;
        return !File.Exists(interpreter.StartsWith($"{SandboxTask}/", StringComparison.Ordinal) ? taskDirectory + interpreter[SandboxTask.Length..] : interpreter);
    }

    /// <summary>What <c>#!</c> names; null for a program that is no script.</summary>
    private static string? InterpreterOf(string file)
    {
        Span<byte> start = stackalloc byte[FirstLineBytes];
        using var content = File.OpenRead(file);
        var text = Encoding.UTF8.GetString(start[..content.ReadAtLeast(start, FirstLineBytes, throwOnEndOfStream: false)]);
        return text.StartsWith("#!", StringComparison.Ordinal)
            ? text[2..].Split('\n')[0].Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault()
            : null;
    }
}
