#pragma warning disable CA1416 // A node runs on Linux and macOS alone; there is no Windows to keep modes from.

using System.Buffers;

namespace Hearth.Node.Packages.Extraction;

/// <summary>Writes a package's tree into an empty folder of its own.</summary>
internal static class PackageExtractor
{
    private const int BufferBytes = 128 * 1024;
    private const UnixFileMode WhileWriting = (UnixFileMode)0x1C0;

    /// <summary>More threads than this only wait for each other at the file system.</summary>
    private static readonly int Threads = Math.Min(4, Environment.ProcessorCount);

    /// <summary>Makes <paramref name="folder"/> and everything in it. What a failure leaves there is the caller's to remove.</summary>
    /// <exception cref="BadPackageException">The zip is refused.</exception>
    /// <exception cref="IOException">The disk is full, or does not take the package for another reason.</exception>
    public static void Extract(ReadOnlyMemory<byte> zip, string folder, long maxUnzippedBytes, int maxEntries)
    {
        var plan = ExtractionPlan.Make(zip, maxUnzippedBytes, maxEntries);
        Directory.CreateDirectory(folder, WhileWriting);
        foreach (var (path, _) in plan.Folders)
            Directory.CreateDirectory($"{folder}/{path}", WhileWriting);
        WriteFiles(zip, folder, plan);
        foreach (var (path, target) in plan.Links)
            File.CreateSymbolicLink($"{folder}/{path}", target);

        // Permissions of folders come last: while writing they are ours alone, whatever the process's umask.
        foreach (var (path, permissions) in plan.Folders)
            File.SetUnixFileMode($"{folder}/{path}", permissions);
        File.SetUnixFileMode(folder, (UnixFileMode)0x1ED);
    }

    private static void WriteFiles(ReadOnlyMemory<byte> zip, string folder, ExtractionPlan plan)
    {
        try
        {
            Parallel.ForEach(
                plan.Files,
                new ParallelOptions { MaxDegreeOfParallelism = Threads },
                () => ArrayPool<byte>.Shared.Rent(BufferBytes),
                (file, _, buffer) =>
                {
                    WriteFile(zip, $"{folder}/{file.Path}", file.Entry, buffer);
                    return buffer;
                },
                buffer => ArrayPool<byte>.Shared.Return(buffer));
        }
        catch (AggregateException failures)
        {
            // One damaged entry is enough to refuse the zip; a second thread may have found another.
            throw failures.InnerExceptions.FirstOrDefault(failure => failure is BadPackageException) ?? failures.InnerExceptions[0];
        }
    }

    private static void WriteFile(ReadOnlyMemory<byte> zip, string path, ZipEntry entry, byte[] buffer)
    {
        // CreateNew opens with O_EXCL, which follows no link and takes no file that is there already.
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        EntryContent.Copy(zip, entry, buffer, (chunk, offset) => RandomAccess.Write(file, chunk, offset));
        File.SetUnixFileMode(file, entry.Permissions);
    }
}
