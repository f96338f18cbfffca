using System.Text.RegularExpressions;

namespace Hearth.Node.Runtimes;

/// <summary>
/// Finds the programs that a manifest's patterns mean. A program counts by its own file, symbolic links resolved,
/// and only below <paramref name="root"/>: containers see no more of the machine than that.
/// </summary>
internal sealed class InterpreterSearch(string root)
{
    private readonly string _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)) + Path.DirectorySeparatorChar;

    /// <summary>Absolute paths, each once, in the order of the patterns; within one pattern by name.</summary>
    public IReadOnlyList<string> Find(IEnumerable<string> patterns) =>
        [.. patterns.SelectMany(Expand).Select(RealProgram).OfType<string>().Distinct()];

    private static IEnumerable<string> Expand(string pattern)
    {
        IEnumerable<string> paths = ["/"];
        foreach (var segment in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
            paths = segment.AsSpan().ContainsAny('*', '#') ? paths.SelectMany(path => Matches(path, segment)) : paths.Select(path => Path.Combine(path, segment));
        return paths;
    }

    private static IEnumerable<string> Matches(string directory, string segment)
    {
        if (!Directory.Exists(directory))
            return [];
        var name = new Regex($"^{Regex.Escape(segment).Replace(@"\*", ".*").Replace(@"\#", "[0-9]+")}$");
        return Directory.EnumerateFileSystemEntries(directory)
            .Where(entry => name.IsMatch(Path.GetFileName(entry)))
            .Order(StringComparer.Ordinal);
    }

    /// <summary>The path without links: folders too, as Debian's /usr/lib/jvm/java-1.17.0-openjdk-amd64 is one to another.</summary>
    private static string Resolve(string path)
    {
        var real = "/";
        foreach (var segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(real, segment);
            // A link's target may have links in its own path.
            real = File.ResolveLinkTarget(next, returnFinalTarget: true) is { } target ? Resolve(target.FullName) : next;
        }

        return real;
    }

    private string? RealProgram(string path)
    {
        try
        {
            var file = new FileInfo(Resolve(path));
            const UnixFileMode executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
            var usable = file.Exists && file.FullName.StartsWith(_root, StringComparison.Ordinal) && (file.UnixFileMode & executable) != 0;
            return usable ? file.FullName : null;
        }
        catch (IOException)
        {
            return null; // a loop of links, or a link to nowhere
        }
    }
}
