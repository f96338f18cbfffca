using Hearth.Contracts;
using Hearth.Node.Packages.Extraction;

namespace Hearth.Node.Packages;

/// <summary>
/// This node's cache of extracted packages, a folder each, named by hash. A folder under its final name is complete:
/// it is written under another name beside, flushed to disk, then renamed.
/// </summary>
internal sealed class ExtractedPackages
{
    /// <summary>Extractions at a time in this process; each uses several threads itself.</summary>
    private static readonly SemaphoreSlim Slots = new(2);

    private readonly string _folder;
    private int _extractions;

    public ExtractedPackages(string folder)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
    }

    /// <summary>How many packages this process has extracted.</summary>
    public int Extractions => _extractions;

    public string PathOf(PackageHash hash) => Path.Combine(_folder, hash.Hex);

    /// <summary>Whether the package is ready to run.</summary>
    public bool Contains(PackageHash hash) => Directory.Exists(PathOf(hash));

    /// <summary>Extracts the zip, unless it is here. Not to be called twice at once for one hash.</summary>
    /// <exception cref="BadPackageException">The zip is refused.</exception>
    /// <exception cref="IOException">The disk is full or failed. As with a refusal, nothing is left behind.</exception>
    public async Task AddAsync(PackageHash hash, ReadOnlyMemory<byte> zip)
    {
        if (Contains(hash))
            return;
        await Slots.WaitAsync();
        try
        {
            await Task.Run(() => Extract(hash, zip));
        }
        finally
        {
            Slots.Release();
        }
    }

    public IEnumerable<PackageHash> All() =>
        Directory.EnumerateDirectories(_folder).Select(path => PackageHash.FromHex(Path.GetFileName(path))).OfType<PackageHash>();

    /// <summary>Takes the package out of use at once; gives the folder that <see cref="Discard"/> then empties at leisure.</summary>
    public string? Withdraw(PackageHash hash)
    {
        var withdrawn = PartialNames.Next(_folder);
        try
        {
            Directory.Move(PathOf(hash), withdrawn);
            return withdrawn;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }

    public static void Discard(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true); // links inside are removed, never followed
    }

    public void DeleteLeftovers()
    {
        foreach (var path in Directory.GetDirectories(_folder).Where(path => PartialNames.IsLeftover(Path.GetFileName(path))))
            Discard(path);
    }

    private void Extract(PackageHash hash, ReadOnlyMemory<byte> zip)
    {
        var partial = PartialNames.Next(_folder);
        try
        {
            PackageExtractor.Extract(zip, partial, Limits.UnzippedPackageBytes, Limits.PackageEntries);
            DurableFiles.FlushFileSystem(_folder);
            Directory.Move(partial, PathOf(hash));
        }
        catch
        {
            Discard(partial);
            throw;
        }

        Interlocked.Increment(ref _extractions);
    }
}
