using System.Collections;
using System.Runtime.InteropServices;

namespace Hearth.Runtimes.DotNet;

/// <summary>A program compiled ahead of time, which takes this process's place.</summary>
internal static partial class NativeProgram
{
    /// <summary>Returns only where that fails, with the reason.</summary>
    public static string Become(string path)
    {
        // .NET keeps the variables that were set here to itself, so they are handed over.
        var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(variable => $"{variable.Key}={variable.Value}");
        _ = Execve(path, [path, null], [.. variables, null]);
        return $"binary {path} cannot be run: {Marshal.GetLastPInvokeErrorMessage()}.";
    }

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execve(string path, string?[] arguments, string?[] environment);
}
