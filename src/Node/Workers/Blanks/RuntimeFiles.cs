using Hearth.Node.Runtimes;

namespace Hearth.Node.Workers.Blanks;

/// <summary>Whether a runtime's files on this machine are still those that a waiting process has loaded.</summary>
internal static class RuntimeFiles
{
    /// <summary>Changes when the interpreter or a file of the runtime's folder is replaced or written.</summary>
    public static string Fingerprint(InstalledRuntime runtime)
    {
        var files = new DirectoryInfo(runtime.Directory).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(file => file.FullName, StringComparer.Ordinal);
        var all = runtime.Interpreter is null ? files : files.Append(new FileInfo(runtime.Interpreter));
        return string.Join('\n', all.Select(file => file.Exists ? $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}" : file.FullName));
    }
}
