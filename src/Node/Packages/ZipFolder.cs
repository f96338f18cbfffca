namespace Hearth.Node.Packages;

/// <summary>
/// Where zips come from: here a folder of <c>{hash}.zip</c>, on a node of a cluster the shared store. A file under its
/// final name is complete and on disk.
/// </summary>
internal sealed class ZipFolder
{
    private const string Extension = ".zip";
    private readonly string _folder;

    public ZipFolder(string folder)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
    }

    public bool Contains(PackageHash hash) => File.Exists(PathOf(hash));

    /// <exception cref="IOException">The disk is full or failed; nothing is left behind.</exception>
    public void Save(PackageHash hash, ReadOnlySpan<byte> zip)
    {
        var partial = PartialNames.Next(_folder);
        try
        {
            using (var file = File.OpenHandle(partial, FileMode.CreateNew, FileAccess.Write))
            {
                RandomAccess.Write(file, zip, 0);
                RandomAccess.FlushToDisk(file);
            }

            File.Move(partial, PathOf(hash), overwrite: true);
            DurableFiles.FlushNames(_folder);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    /// <summary>The zip from its start, or null where it is not here.</summary>
    public FileStream? Open(PackageHash hash)
    {
        try
        {
            return new FileStream(PathOf(hash), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The whole zip, or null where it is not here.</summary>
    /// <exception cref="InvalidDataException">The file is no longer what its name says.</exception>
    public byte[]? Read(PackageHash hash)
    {
        using var file = Open(hash);
        if (file is null)
            return null;
        var zip = new byte[file.Length];
        file.ReadExactly(zip);
        return PackageHash.Of(zip) == hash ? zip : throw new InvalidDataException($"{PathOf(hash)} is damaged: its SHA-256 is not its name.");
    }

    public IEnumerable<PackageHash> All() =>
        Directory.EnumerateFiles(_folder, "*" + Extension).Select(path => PackageHash.FromHex(Path.GetFileNameWithoutExtension(path))).OfType<PackageHash>();

    public void Delete(PackageHash hash) => File.Delete(PathOf(hash));

    public void DeleteLeftovers()
    {
        foreach (var path in Directory.EnumerateFiles(_folder).Where(path => PartialNames.IsLeftover(Path.GetFileName(path))))
            File.Delete(path);
    }

    private string PathOf(PackageHash hash) => Path.Combine(_folder, hash.Hex + Extension);
}
