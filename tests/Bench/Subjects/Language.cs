using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace Bench.Subjects;

/// <summary>A language that functions are measured in.</summary>
/// <param name="Interpreter">Debian's own program: version managers put slow scripts of the same name on the PATH.</param>
/// <param name="Nothing">Arguments with which the interpreter starts, does nothing and ends.</param>
/// <param name="Identifiers">The runtime identifiers of AWS that it may serve.</param>
internal sealed record Language(string Name, string File, string Interpreter, string[] Nothing, Regex Identifiers)
{
    public static readonly Language Python =
        new("python", "app.py", "/usr/bin/python3", ["-c", "pass"], new Regex(@"python3\.\d+"));

    public static readonly Language Node =
        new("node", "index.js", "/usr/bin/node", ["-e", "0"], new Regex(@"nodejs\d+\.x"));

    public static IReadOnlyList<Language> All { get; } = [Python, Node];

    /// <param name="function"><c>echo</c> or <c>whoami</c>.</param>
    public string Handler(string function) => $"{Path.GetFileNameWithoutExtension(File)}.{function}";

    /// <summary>The package as a zip. A different <paramref name="mark"/> makes different code, which no cache has seen.</summary>
    public byte[] Package(string mark)
    {
        var comment = this == Python ? $"# {mark}\n" : $"// {mark}\n";
        var source = System.IO.File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "functions", File));
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            var entry = archive.CreateEntry(File);
            entry.LastWriteTime = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero); // Else the same code would be another package each time.
            // rw-r--r--: sandboxes read the code as another user.
            entry.ExternalAttributes = Convert.ToInt32("100644", 8) << 16;
            using var stream = entry.Open();
            stream.Write(Encoding.UTF8.GetBytes(source + comment));
        }

        return zip.ToArray();
    }
}
