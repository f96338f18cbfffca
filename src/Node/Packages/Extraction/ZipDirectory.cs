using System.Buffers.Binary;
using System.Text;

namespace Hearth.Node.Packages.Extraction;

/// <summary>
/// Reads a zip's central directory. <see cref="System.IO.Compression.ZipArchive"/> is not used because it cuts an entry
/// at its declared size without a word, checks no checksum, and cannot be read by two threads; the unpacking itself is
/// <see cref="System.IO.Compression.DeflateStream"/>'s. Format: PKWARE APPNOTE 6.3, with zip64.
/// </summary>
internal static class ZipDirectory
{
    private const uint EndSignature = 0x06054b50, Zip64EndSignature = 0x06064b50, Zip64LocatorSignature = 0x07064b50;
    private const uint CentralSignature = 0x02014b50, LocalSignature = 0x04034b50;
    private const int EndBytes = 22, Zip64EndBytes = 56, Zip64LocatorBytes = 20, CentralBytes = 46, LocalBytes = 30;
    private const int Unix = 3, Darwin = 19;

    /// <summary>UTF-8 alone: every tool of the last fifteen years writes it, and a guess at a code page would import nothing.</summary>
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <exception cref="BadPackageException">No zip, an empty one, or more entries than <paramref name="maxEntries"/>.</exception>
    public static List<ZipEntry> Read(ReadOnlySpan<byte> zip, int maxEntries)
    {
        var (offset, size, count) = FindDirectory(zip);
        if (count == 0)
            throw BadPackageException.Empty();
        if (count > (ulong)maxEntries)
            throw BadPackageException.TooMany(maxEntries);

        var entries = new List<ZipEntry>((int)count);
        var directory = Slice(zip, offset, size);
        while (directory.Length > 0)
        {
            // The count at the end of the zip may lie; the directory is read to its end and must agree.
            if (entries.Count == (int)count)
                throw BadPackageException.NotAZip();
            entries.Add(ReadEntry(zip, ref directory));
        }

        return entries.Count == (int)count ? entries : throw BadPackageException.NotAZip();
    }

    private static (ulong Offset, ulong Size, ulong Count) FindDirectory(ReadOnlySpan<byte> zip)
    {
        // The end record is the last thing in a zip but for a comment of up to 64 KiB.
        var lowest = Math.Max(0, zip.Length - EndBytes - ushort.MaxValue);
        for (var at = zip.Length - EndBytes; at >= lowest; at--)
        {
            var end = zip[at..];
            if (U32(end, 0) != EndSignature || U16(end, 20) > end.Length - EndBytes)
                continue;
            ulong count = U16(end, 10), size = U32(end, 12), offset = U32(end, 16);
            if (count == ushort.MaxValue || size == uint.MaxValue || offset == uint.MaxValue)
                return FindZip64Directory(zip, at) ?? (offset, size, count);
            return (offset, size, count);
        }

        throw BadPackageException.NotAZip();
    }

    private static (ulong Offset, ulong Size, ulong Count)? FindZip64Directory(ReadOnlySpan<byte> zip, int endAt)
    {
        if (endAt < Zip64LocatorBytes || U32(zip, endAt - Zip64LocatorBytes) != Zip64LocatorSignature)
            return null;
        var end = Slice(zip, U64(zip, endAt - Zip64LocatorBytes + 8), Zip64EndBytes);
        return U32(end, 0) == Zip64EndSignature ? (U64(end, 48), U64(end, 40), U64(end, 32)) : throw BadPackageException.NotAZip();
    }

    private static ZipEntry ReadEntry(ReadOnlySpan<byte> zip, ref ReadOnlySpan<byte> directory)
    {
        var head = Slice(directory, 0, CentralBytes);
        if (U32(head, 0) != CentralSignature)
            throw BadPackageException.NotAZip();
        int nameBytes = U16(head, 28), extraBytes = U16(head, 30), commentBytes = U16(head, 32);
        var name = Slice(directory, CentralBytes, (ulong)nameBytes);
        var extra = Slice(directory, (ulong)(CentralBytes + nameBytes), (ulong)extraBytes);
        var whole = CentralBytes + nameBytes + extraBytes + commentBytes;
        directory = Slice(directory, (ulong)whole, (ulong)Math.Max(0, directory.Length - whole));

        var (unpacked, packed, local) = Sizes(head, extra);
        int flags = U16(head, 8), madeBy = U16(head, 4) >> 8;
        return new ZipEntry(
            Decode(name),
            Encrypted: (flags & 0x2041) != 0, // encrypted, strongly encrypted, or with a masked header
            Method: U16(head, 10),
            UnixMode: madeBy is Unix or Darwin ? (int)(U32(head, 38) >> 16) : 0,
            DataOffset: DataOffset(zip, local, packed),
            CompressedBytes: (int)packed,
            DeclaredBytes: unpacked > long.MaxValue ? long.MaxValue : (long)unpacked,
            Crc32: U32(head, 16));
    }

    /// <summary>The three numbers that a zip64 extra field replaces where their 32 bits are all ones, in its order.</summary>
    private static (ulong Unpacked, ulong Packed, ulong Local) Sizes(ReadOnlySpan<byte> head, ReadOnlySpan<byte> extra)
    {
        var wide = Zip64Extra(extra);
        ulong unpacked = Widen(U32(head, 24), ref wide), packed = Widen(U32(head, 20), ref wide), local = Widen(U32(head, 42), ref wide);
        return (unpacked, packed, local);
    }

    private static ulong Widen(uint narrow, ref ReadOnlySpan<byte> wide)
    {
        if (narrow != uint.MaxValue || wide.Length < 8)
            return narrow;
        var value = U64(wide, 0);
        wide = wide[8..];
        return value;
    }

    private static ReadOnlySpan<byte> Zip64Extra(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            var length = Math.Min(U16(extra, 2), extra.Length - 4);
            if (U16(extra, 0) == 1)
                return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }

        return default;
    }

    private static int DataOffset(ReadOnlySpan<byte> zip, ulong local, ulong packed)
    {
        var head = Slice(zip, local, LocalBytes);
        if (U32(head, 0) != LocalSignature)
            throw BadPackageException.NotAZip();
        var data = local + LocalBytes + U16(head, 26) + U16(head, 28);
        Slice(zip, data, packed);
        return (int)data;
    }

    private static string Decode(ReadOnlySpan<byte> name)
    {
        try
        {
            return Utf8.GetString(name);
        }
        catch (DecoderFallbackException)
        {
            throw BadPackageException.Entry(Encoding.Latin1.GetString(name), "has a name that is not UTF-8");
        }
    }

    /// <summary>A part of the zip, refused where it would reach beyond: every length read from the file goes through here.</summary>
    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> bytes, ulong offset, ulong length) =>
        offset <= (ulong)bytes.Length && length <= (ulong)bytes.Length - offset
            ? bytes.Slice((int)offset, (int)length)
            : throw BadPackageException.NotAZip();

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
