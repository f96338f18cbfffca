using Hearth.Contracts.Api;

namespace Hearth.Node.Runtimes;

/// <summary>One of AWS's runtime identifiers, and what serves it on this machine.</summary>
/// <param name="Identifier">As <c>python3.11</c>.</param>
/// <param name="Family">The folder under <c>runtimes/</c>.</param>
/// <param name="Interpreter">The program's own file, symbolic links resolved; null where the package brings its own (<c>provided</c>).</param>
/// <param name="InterpreterVersion">As the interpreter tells it; null where there is none.</param>
/// <param name="Directory">The folder with the manifest and the bootstrap, absolute.</param>
/// <param name="Command">Program and arguments; <c>{task}</c> and <c>{runtime}</c> are left for the sandbox driver.</param>
/// <param name="Environment">Variables that the runtime needs beside Lambda's own.</param>
/// <param name="Blank">How its process can wait for a function; null where it cannot.</param>
internal sealed record InstalledRuntime(
    string Identifier,
    string Family,
    string? Interpreter,
    string? InterpreterVersion,
    string Directory,
    IReadOnlyList<string> Command,
    IReadOnlyDictionary<string, string> Environment,
    BlankManifest? Blank = null)
{
    /// <summary>As the API shows it.</summary>
    public RuntimeDescription Describe() =>
        new(Identifier, Family, Interpreter is null ? null : $"{Interpreter} ({InterpreterVersion})");
}
