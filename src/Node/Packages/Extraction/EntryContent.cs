using System.IO.Compression;
using System.Runtime.InteropServices;
using Hearth.Contracts;

namespace Hearth.Node.Packages.Extraction;

/// <summary>Unpacks one entry, and believes neither its size nor its checksum.</summary>
internal static class EntryContent
{
    /// <summary>Takes a piece of an entry's content and where it belongs.</summary>
    public delegate void Sink(ReadOnlySpan<byte> chunk, long offset);

    /// <summary>
    /// Gives the entry's bytes to <paramref name="sink"/>, never more than it declares. <paramref name="buffer"/> is
    /// scratch space of at least one byte.
    /// </summary>
    /// <exception cref="BadPackageException">It unpacks to more or less than declared, to another checksum, or not at all.</exception>
    public static void Copy(ReadOnlyMemory<byte> zip, ZipEntry entry, Span<byte> buffer, Sink sink)
    {
        var packed = zip.Slice(entry.DataOffset, entry.CompressedBytes);
        var crc = entry.Method == ZipEntry.Stored ? CopyStored(packed.Span, entry, sink) : Inflate(packed, entry, buffer, sink);
        if (crc != entry.Crc32)
            throw BadPackageException.Entry(entry.Name, "is damaged: its checksum does not match");
    }

    private static uint CopyStored(ReadOnlySpan<byte> packed, ZipEntry entry, Sink sink)
    {
        if (packed.Length != entry.DeclaredBytes)
            throw WrongSize(entry);
        sink(packed, 0);
        return Crc32.Append(0, packed);
    }

    private static uint Inflate(ReadOnlyMemory<byte> packed, ZipEntry entry, Span<byte> buffer, Sink sink)
    {
        using var inflated = new DeflateStream(Open(packed), CompressionMode.Decompress);
        uint crc = 0;
        long written = 0;
        while (written < entry.DeclaredBytes)
        {
            var room = (int)Math.Min(buffer.Length, entry.DeclaredBytes - written);
            var chunk = buffer[..Fill(inflated, buffer[..room], entry)];
            if (chunk.IsEmpty)
                throw WrongSize(entry);
            crc = Crc32.Append(crc, chunk);
            sink(chunk, written);
            written += chunk.Length;
        }

        Span<byte> beyond = stackalloc byte[1];
        return Fill(inflated, beyond, entry) == 0 ? crc : throw WrongSize(entry);
    }

    private static int Fill(DeflateStream inflated, Span<byte> buffer, ZipEntry entry)
    {
        try
        {
            return inflated.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException)
        {
            throw BadPackageException.Entry(entry.Name, "is damaged: it cannot be inflated");
        }
    }

    private static MemoryStream Open(ReadOnlyMemory<byte> packed) =>
        MemoryMarshal.TryGetArray(packed, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(packed.ToArray(), writable: false);

    private static BadPackageException WrongSize(ZipEntry entry) =>
        BadPackageException.Entry(entry.Name, $"does not unpack to the {entry.DeclaredBytes} bytes it declares");
}
