namespace Hearth.Node.Packages.Extraction;

/// <summary>The package's files, links and folders by path, each path once.</summary>
/// <param name="maxNodes">Most nodes it takes, folders that are only implied by a name among them.</param>
internal sealed class PackageTree(int maxNodes)
{
    /// <summary>What a folder needs so that the sandbox's user can enter it and the node's own can remove it.</summary>
    private const UnixFileMode FolderFloor = (UnixFileMode)0x1ED;

    private readonly Dictionary<string, ZipEntry> _entries = new(StringComparer.Ordinal);
    private readonly HashSet<string> _impliedFolders = new(StringComparer.Ordinal);

    /// <summary>The entries of the zip by their normalised path.</summary>
    public IReadOnlyDictionary<string, ZipEntry> Entries => _entries;

    /// <exception cref="BadPackageException">The entry is of a kind or under a name that is refused.</exception>
    public void Add(ZipEntry entry)
    {
        RefuseKind(entry);
        var path = EntryName.Normalise(entry.Name);
        if (path.Length == 0)
        {
            if (entry.Kind != EntryKind.Folder)
                throw BadPackageException.Entry(entry.Name, "has no name");
            return;
        }

        if (entry.Kind != EntryKind.Folder && _impliedFolders.Contains(path))
            throw BadPackageException.Entry(entry.Name, "is a folder in another entry's name");
        if (!_entries.TryAdd(path, entry))
            throw BadPackageException.Entry(entry.Name, "is in the zip twice");
        _impliedFolders.Remove(path);
        AddParents(entry, path);
        if (_entries.Count + _impliedFolders.Count > maxNodes)
            throw BadPackageException.TooMany(maxNodes);
    }

    /// <summary>The kind of what stands at a path; null where nothing does.</summary>
    public EntryKind? KindAt(string path) =>
        path.Length == 0 || _impliedFolders.Contains(path) ? EntryKind.Folder
        : _entries.TryGetValue(path, out var entry) ? entry.Kind
        : null;

    /// <summary>All folders, named and implied, each before what it holds.</summary>
    public List<(string Path, UnixFileMode Permissions)> Folders() =>
    [
        .. _entries.Where(node => node.Value.Kind == EntryKind.Folder).Select(node => (node.Key, node.Value.Permissions | FolderFloor))
            .Concat(_impliedFolders.Select(path => (path, FolderFloor)))
            .OrderBy(folder => folder.Item1, StringComparer.Ordinal),
    ];

    private static void RefuseKind(ZipEntry entry)
    {
        if (entry.Encrypted)
            throw BadPackageException.Entry(entry.Name, "is encrypted");
        if (entry.Kind == EntryKind.Device)
            throw BadPackageException.Entry(entry.Name, "is neither a file, a folder nor a link");
        if (entry.Kind == EntryKind.Folder ? entry.DeclaredBytes > 0 : entry.Name.EndsWith('/'))
            throw BadPackageException.Entry(entry.Name, "is a folder by its name or mode, and something else by its content");
        if (entry.Method is not (ZipEntry.Stored or ZipEntry.Deflated))
            throw BadPackageException.Entry(entry.Name, $"uses compression method {entry.Method}; only stored and deflated are read");
    }

    /// <summary>
    /// Every ancestor must be a folder. This is what keeps an entry from being written through a link, whichever of the
    /// two comes first in the zip. The walk ends at a folder already known: its own ancestors are known too.
    /// </summary>
    private void AddParents(ZipEntry entry, string path)
    {
        for (var parent = EntryName.Parent(path); parent.Length > 0; parent = EntryName.Parent(parent))
        {
            if (_entries.TryGetValue(parent, out var above))
            {
                if (above.Kind != EntryKind.Folder)
                    throw BadPackageException.Entry(entry.Name, $"lies below '{above.Name}', which is no folder");
                break;
            }

            if (!_impliedFolders.Add(parent))
                break;
        }
    }
}
