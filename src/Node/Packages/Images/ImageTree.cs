namespace Hearth.Node.Packages.Images;

/// <summary>Paths in an image's root file system, whose links are followed as they would be with the root for "/".</summary>
internal static class ImageTree
{
    private const int MostLinks = 40;

    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The file or folder on this machine that a path of the image means; never outside of <paramref name="root"/>.</summary>
    /// <returns>Null where there is none.</returns>
    public static string? Resolve(string root, string path)
    {
        var found = new Stack<string>();
        var left = new Stack<string>(Parts(path).Reverse());
        var links = 0;
        while (left.TryPop(out var part))
        {
            if (part == "..")
            {
                found.TryPop(out _);
                continue;
            }

            found.Push(part);
            if (new FileInfo(At(root, found)).LinkTarget is not { } target)
                continue;
            if (++links > MostLinks)
                return null;
            found.Pop();
            if (target.StartsWith('/'))
                found.Clear();
            foreach (var next in Parts(target).Reverse())
                left.Push(next);
        }

        var place = At(root, found);
        return Path.Exists(place) ? place : null;
    }

    /// <summary>Finds a command's program as a shell would.</summary>
    /// <param name="search">Folders, with colons between; for words without a slash.</param>
    /// <returns>Its path in the image, or why it cannot be executed.</returns>
    public static (string? Program, string? Problem) FindProgram(string root, string word, string search, string workingDirectory)
    {
        var candidates = word.Contains('/') ? [word] : search.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => $"{folder}/{word}");
        foreach (var candidate in candidates.Select(path => path.StartsWith('/') ? path : $"{workingDirectory}/{path}"))
        {
            if (Resolve(root, candidate) is not { } file || !File.Exists(file))
                continue;
            return (File.GetUnixFileMode(file) & AnyExecute) != 0 ? (candidate, null) : (null, $"fork/exec {candidate}: permission denied");
        }

        return (null, word.Contains('/') ? $"fork/exec {word}: no such file or directory" : $"exec: \"{word}\": executable file not found in $PATH");
    }

    private static IEnumerable<string> Parts(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".");

    private static string At(string root, Stack<string> parts) => Path.Combine([root, .. parts.Reverse()]);
}
