using System.Text;

namespace Hearth.Node.Packages.Extraction;

/// <summary>Reads the targets of a package's symbolic links and refuses those that lead out of it.</summary>
internal static class PackageLinks
{
    /// <summary>As many links as Linux follows for one path.</summary>
    private const int MaxFollowed = 40;

    /// <summary>Parts looked at for one link, all links it passes through included; bounds the work of a hostile zip.</summary>
    private const int MaxSteps = 256;

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Target by path, for every link of the tree.</summary>
    /// <exception cref="BadPackageException">A target is absolute, unreadable, leaves the package or leads in a circle.</exception>
    public static Dictionary<string, string> Read(ReadOnlyMemory<byte> zip, PackageTree tree)
    {
        var links = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, entry) in tree.Entries)
        {
            if (entry.Kind == EntryKind.Link)
                links.Add(path, ReadTarget(zip, entry));
        }

        foreach (var path in links.Keys)
            Follow(path, tree, links);
        return links;
    }

    private static string ReadTarget(ReadOnlyMemory<byte> zip, ZipEntry entry)
    {
        if (entry.DeclaredBytes is 0 or > EntryName.MaxBytes)
            throw BadPackageException.Entry(entry.Name, $"is a link whose target is not 1 to {EntryName.MaxBytes} bytes long");
        var bytes = new byte[entry.DeclaredBytes];
        EntryContent.Copy(zip, entry, new byte[bytes.Length], (chunk, offset) => chunk.CopyTo(bytes.AsSpan((int)offset)));
        try
        {
            var target = Utf8.GetString(bytes);
            if (target[0] == '/' || target.Contains('\0'))
                throw BadPackageException.Entry(entry.Name, $"is a link to '{target.Replace('\0', '?')}', which is not relative to the package");
            return target;
        }
        catch (DecoderFallbackException)
        {
            throw BadPackageException.Entry(entry.Name, "is a link whose target is not UTF-8");
        }
    }

    /// <summary>
    /// Walks the target part by part as the kernel would, through other links too: read as plain text,
    /// <c>up/..</c> looks harmless where <c>up</c> is itself a link to the package's root.
    /// </summary>
    private static void Follow(string path, PackageTree tree, Dictionary<string, string> links)
    {
        var at = EntryName.Parent(path);
        var parts = new Stack<string>();
        Push(parts, links[path]);
        int followed = 1, steps = 0;
        while (parts.TryPop(out var part))
        {
            if (++steps > MaxSteps)
                throw Refused(path, tree, links, "takes too many steps to follow");
            if (part is "" or ".")
                continue;
            if (part == "..")
            {
                at = at.Length > 0 ? EntryName.Parent(at) : throw Refused(path, tree, links, "leaves the package");
                continue;
            }

            var next = at.Length == 0 ? part : $"{at}/{part}";
            if (tree.KindAt(next) != EntryKind.Link)
            {
                at = next;
                continue;
            }

            if (++followed > MaxFollowed)
                throw Refused(path, tree, links, "leads in a circle");
            Push(parts, links[next]);
        }
    }

    private static void Push(Stack<string> parts, string target)
    {
        foreach (var part in target.Split('/').Reverse())
            parts.Push(part);
    }

    private static BadPackageException Refused(string path, PackageTree tree, Dictionary<string, string> links, string problem) =>
        BadPackageException.Entry(tree.Entries[path].Name, $"is a link to '{links[path]}', which {problem}");
}
