using System.Diagnostics;

namespace Hearth.Node.Tests.Runtimes;

/// <summary>The functions of JavaBootstrapTests, compiled once for all of them.</summary>
internal static class JavaFunctions
{
    private static readonly TemporaryFolder Folder = new();
    private static readonly Lazy<Task> Compiled = new(CompileAsync);

    /// <summary>A task folder with the package app, a stand-in of AWS's interfaces, lib/library.jar and data.txt.</summary>
    public static async Task<string> WithLibraryAsync()
    {
        await Compiled.Value;
        return Path.Combine(Folder.Path, "task");
    }

    /// <summary>A task folder with one class alone.</summary>
    public static async Task<string> WithoutLibraryAsync()
    {
        await Compiled.Value;
        return Path.Combine(Folder.Path, "alone");
    }

    private static async Task CompileAsync()
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Folder.Dispose();
        Folder.Write("task/data.txt", "data\n");
        Folder.Write("task/app/Broken.class", "not a class");
        const string Script = """
            set -e
            javac=$(command -v javac || ls /usr/lib/jvm/*/bin/javac | head -n 1)
            "$javac" --release 17 -d "$1/alone" "$0"/alone/alone/*.java
            "$javac" --release 17 -d "$1/classes" "$0"/lib/library/*.java
            mkdir -p "$1/task/lib"
            "$(dirname "$(readlink -f "$javac")")/jar" --create --file "$1/task/lib/library.jar" -C "$1/classes" .
            "$javac" --release 17 -encoding UTF-8 -cp "$1/classes" -d "$1/task" $(find "$0/core" "$0/app" -name '*.java')
            """;
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, Path.Combine(Repository.Root, "tests/Node.Tests/Runtimes/Java"), Folder.Path])
        {
            RedirectStandardError = true,
        })!;
        var errors = await shell.StandardError.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Assert.True(shell.ExitCode == 0, errors);
    }
}
