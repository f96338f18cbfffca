using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Hearth.CommandLine.Hosting;
using Hearth.Contracts;

namespace Hearth.CommandLine.Deploying;

/// <summary>
/// A folder as a package: permissions and symlinks kept, names in order, every timestamp the same, so that the same
/// files give the same bytes and the node can be asked whether it has them already.
/// </summary>
/// <param name="Sha256">In base64, as the API shows it.</param>
internal sealed record FolderZip(byte[] Bytes, string Sha256, int Files)
{
    private const int RegularFile = 0x8000, Folder = 0x4000, Link = 0xA000;
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101, Plain = (UnixFileMode)0b110_100_100, All = (UnixFileMode)0b111_111_111;

    // The oldest time a zip can hold.
    private static readonly DateTimeOffset Timestamp = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <exception cref="UsageException">There is nothing to pack, too much of it, or something that cannot be read.</exception>
    public static FolderZip Of(IReadOnlyList<PackageFile> files, CancellationToken cancellationToken)
    {
        if (files.All(file => file.IsFolder)) throw new UsageException("The folder has no file to deploy.");
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var file in files)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Add(archive, file);
                if (zip.Length > Limits.ZippedPackageBytes) throw TooLarge();
            }
        }

        if (zip.Length > Limits.ZippedPackageBytes) throw TooLarge();
        var bytes = zip.ToArray();
        return new FolderZip(bytes, Convert.ToBase64String(SHA256.HashData(bytes)), files.Count(file => !file.IsFolder));
    }

    private static void Add(ZipArchive archive, PackageFile file)
    {
        var entry = archive.CreateEntry(file.Name, CompressionLevel.Optimal);
        entry.LastWriteTime = Timestamp;
        entry.ExternalAttributes = Mode(file) << 16;
        if (file.IsFolder) return;
        using var target = entry.Open();
        if (file.LinkTarget is { } link) target.Write(Encoding.UTF8.GetBytes(link));
        else Copy(file, target);
    }

    private static void Copy(PackageFile file, Stream target)
    {
        try
        {
            using var source = File.OpenRead(file.Path);
            source.CopyTo(target);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"Cannot read {file.Name}: {failure.Message}");
        }
    }

    private static int Mode(PackageFile file)
    {
        if (file.LinkTarget is not null) return Link | (int)All;
        // Windows has no modes; a bootstrap that cannot be run would be of no use.
        var mode = OperatingSystem.IsWindows()
            ? file.IsFolder || file.Name == "bootstrap" ? Executable : Plain
            : File.GetUnixFileMode(file.Path) & All;
        return (file.IsFolder ? Folder : RegularFile) | (int)mode;
    }

    private static UsageException TooLarge() => new(
        $"The package is larger than {Output.Size(Limits.ZippedPackageBytes)} zipped, the most a function can have. List what it does not need in {IgnoreRules.FileName}.");
}
