using System.Diagnostics;

namespace Hearth.Node.Tests.Runtimes;

/// <summary>A folder of the test's own, removed at its end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("hearth-runtimes-").FullName;

    public string Write(string name, string text)
    {
        var file = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return file;
    }

    /// <summary>
    /// Writes an executable script. A child writes it: were the file open for writing here while another test starts a
    /// process, that one would inherit it for a moment, and running the script would fail with "text file busy".
    /// </summary>
    public string WriteProgram(string name, string script)
    {
        var file = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        using var shell = Process.Start("/bin/sh", ["-c", "printf '#!/bin/sh\\n%s\\n' \"$1\" > \"$0\" && chmod 755 \"$0\"", file, script]);
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
        return file;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
