namespace Hearth.Node.Packages.Extraction;

/// <summary>
/// Everything an extraction will make, decided before a byte is written: pure, and the same whatever the order of the
/// entries in the zip.
/// </summary>
/// <param name="Folders">Path and permissions; a folder stands before what it holds.</param>
/// <param name="Files">Path and entry.</param>
/// <param name="Links">Path and target; every target stays inside the package.</param>
internal sealed record ExtractionPlan(
    IReadOnlyList<(string Path, UnixFileMode Permissions)> Folders,
    IReadOnlyList<(string Path, ZipEntry Entry)> Files,
    IReadOnlyList<(string Path, string Target)> Links)
{
    /// <exception cref="BadPackageException">The zip breaks a rule of names, kinds, links or size.</exception>
    public static ExtractionPlan Make(ReadOnlyMemory<byte> zip, long maxUnzippedBytes, int maxEntries)
    {
        if (zip.IsEmpty)
            throw BadPackageException.Empty();
        var entries = ZipDirectory.Read(zip.Span, maxEntries);
        RefuseSize(entries, maxUnzippedBytes);

        var tree = new PackageTree(maxEntries);
        foreach (var entry in entries)
            tree.Add(entry);
        var links = PackageLinks.Read(zip, tree);
        return new ExtractionPlan(
            tree.Folders(),
            [.. tree.Entries.Where(node => node.Value.Kind == EntryKind.File).Select(node => (node.Key, node.Value))],
            [.. links.Select(link => (link.Key, link.Value))]);
    }

    /// <summary>
    /// Refuses by the declared sizes, before anything is written. They may lie, so no entry is ever written beyond its
    /// own (<see cref="EntryContent"/>): together the two keep what reaches the disk below the limit.
    /// </summary>
    private static void RefuseSize(List<ZipEntry> entries, long maxUnzippedBytes)
    {
        var left = maxUnzippedBytes;
        foreach (var entry in entries)
        {
            if (entry.DeclaredBytes > left)
                throw BadPackageException.Unzipped(maxUnzippedBytes);
            left -= entry.DeclaredBytes;
        }
    }
}
