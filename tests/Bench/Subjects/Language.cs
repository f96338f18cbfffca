using System.IO.Compression;
using System.Text.RegularExpressions;
using Bench.Measuring;

namespace Bench.Subjects;

/// <summary>A language that functions are measured in.</summary>
/// <param name="Interpreter">The program that containers see: version managers put slow scripts of the same name on the PATH.</param>
/// <param name="Identifiers">The runtime identifiers of AWS that it may serve.</param>
/// <param name="Identifier">The identifier of the interpreter's own version: {0} is the major, {1} the minor number.</param>
/// <param name="Plain">What the tables call the plain start.</param>
internal sealed partial record Language(string Name, string Interpreter, Regex Identifiers, string Identifier, string Plain)
{
    private static readonly string Sources = Path.Combine(AppContext.BaseDirectory, "functions");

    public static readonly Language Python = new("python", "/usr/bin/python3", new Regex(@"python3\.\d+"), "python{0}.{1}", "python -c pass")
    {
        Nothing = ["-c", "pass"],
        Files = [Path.Combine(Sources, "app.py")],
        Echo = "app.echo",
        WhoAmI = "app.whoami",
    };

    public static readonly Language Node = new("node", "/usr/bin/node", new Regex(@"nodejs\d+\.x"), "nodejs{0}.x", "node -e 0")
    {
        Nothing = ["-e", "0"],
        Files = [Path.Combine(Sources, "index.js")],
        Echo = "index.echo",
        WhoAmI = "index.whoami",
    };

    public static readonly Language Java = new("java", "/usr/bin/java", new Regex(@"java\d+"), "java{0}", "java, empty main")
    {
        Nothing = ["-cp", Path.Combine(Sources, "java"), "Functions"],
        Files = [Path.Combine(Sources, "java", "Functions.class")],
        Echo = "Functions::echo",
        WhoAmI = "Functions::whoami",
        Compiler = ["/usr/bin/javac", Path.Combine(Sources, "java", "Functions.java")],
    };

    public static readonly Language DotNet = new("dotnet", "/usr/bin/dotnet", new Regex(@"dotnet\d+"), "dotnet{0}", "dotnet, empty main")
    {
        Nothing = [Path.Combine(MeasuredFolder(), "Measured.dll")],
        Files = [.. Directory.Exists(MeasuredFolder()) ? Directory.GetFiles(MeasuredFolder()) : []],
        Echo = "Measured::Measured.Functions::Echo",
        WhoAmI = "Measured::Measured.Functions::WhoAmI",
    };

    public static IReadOnlyList<Language> All { get; } = [Python, Node, Java, DotNet];

    /// <summary>Arguments with which the interpreter starts, does nothing and ends.</summary>
    public required IReadOnlyList<string> Nothing { get; init; }

    /// <summary>What the package holds.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>The handler that returns its event.</summary>
    public required string Echo { get; init; }

    /// <summary>The handler that tells the process's number and its pid namespace.</summary>
    public required string WhoAmI { get; init; }

    /// <summary>A command that makes the files; null where they are there.</summary>
    public IReadOnlyList<string>? Compiler { get; init; }

    /// <summary>Makes what is measured, where that takes a compiler.</summary>
    public async Task CompileAsync(CancellationToken cancellation)
    {
        if (Compiler is { } command)
            await Programs.RunAsync(command[0], command.Skip(1), cancellation);
    }

    /// <summary>The identifier of the version that this machine's interpreter tells.</summary>
    public async Task<string> OwnIdentifierAsync(CancellationToken cancellation)
    {
        var version = VersionNumber().Match(await Programs.RunAsync(Interpreter, ["--version"], cancellation));
        return string.Format(System.Globalization.CultureInfo.InvariantCulture, Identifier, version.Groups[1].Value, version.Groups[2].Value);
    }

    /// <summary>The package as a zip. A different <paramref name="mark"/> makes different code, which no cache has seen.</summary>
    public byte[] Package(string mark)
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var file in Files)
                Add(archive, Path.GetFileName(file), File.ReadAllBytes(file));
            Add(archive, "mark.txt", System.Text.Encoding.UTF8.GetBytes(mark));
        }

        return zip.ToArray();
    }

    private static void Add(ZipArchive archive, string name, byte[] content)
    {
        var entry = archive.CreateEntry(name);
        entry.LastWriteTime = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero); // Else the same code would be another package each time.
        // rw-r--r--: sandboxes read the code as another user.
        entry.ExternalAttributes = Convert.ToInt32("100644", 8) << 16;
        using var stream = entry.Open();
        stream.Write(content);
    }

    // …/tests/Bench/bin/<Configuration>/net10.0/
    private static string MeasuredFolder()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.GetFullPath(Path.Combine(own.FullName, "../../../..", "DotNetFunctions/Measured/bin", own.Parent!.Name, own.Name));
    }

    [GeneratedRegex(@"(\d+)\.(\d+)")]
    private static partial Regex VersionNumber();
}
