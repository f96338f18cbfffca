using System.IO.Compression;
using System.Text;

namespace Hearth.Node.Tests.Packages;

/// <summary>Writes zips field by field, so that a test can make any of them lie.</summary>
internal sealed class ZipBuilder
{
    private readonly List<Entry> _entries = [];

    public sealed record Entry(string Name, byte[] Content)
    {
        public int Mode { get; init; } = 0x81A4; // a file, 0644
        public int MadeBy { get; init; } = 3; // Unix
        public int Method { get; init; } = 8;
        public int Flags { get; init; } = 0x0800; // names in UTF-8
        public uint? Declared { get; init; }
        public uint? Crc { get; init; }
        public byte[]? RawName { get; init; }
        public byte[]? Packed { get; init; }
    }

    public static byte[] Of(params Entry[] entries)
    {
        var builder = new ZipBuilder();
        builder._entries.AddRange(entries);
        return builder.Build();
    }

    public static Entry File(string name, string content = "content") => new(name, Encoding.UTF8.GetBytes(content));

    public static Entry Folder(string name) => new(name, []) { Mode = 0x41ED };

    public static Entry Link(string name, string target) => new(name, Encoding.UTF8.GetBytes(target)) { Mode = 0xA1FF };

    public static uint Crc32(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }

        return ~crc;
    }

    private static byte[] Pack(Entry entry)
    {
        if (entry.Packed is not null)
            return entry.Packed;
        if (entry.Method != 8)
            return entry.Content;
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            deflate.Write(entry.Content);
        return packed.ToArray();
    }

    private byte[] Build()
    {
        using var zip = new MemoryStream();
        using var directory = new MemoryStream();
        using var local = new BinaryWriter(zip);
        using var central = new BinaryWriter(directory);
        foreach (var entry in _entries)
            Write(entry, local, central);

        var start = (uint)zip.Length;
        directory.WriteTo(zip);
        local.Write(0x06054b50u);
        local.Write(0u); // disks
        local.Write((ushort)_entries.Count);
        local.Write((ushort)_entries.Count);
        local.Write((uint)directory.Length);
        local.Write(start);
        local.Write((ushort)0);
        return zip.ToArray();
    }

    private static void Write(Entry entry, BinaryWriter local, BinaryWriter central)
    {
        var name = entry.RawName ?? Encoding.UTF8.GetBytes(entry.Name);
        var packed = Pack(entry);
        var at = (uint)local.BaseStream.Length;
        local.Write(0x04034b50u);
        central.Write(0x02014b50u);
        central.Write((ushort)((entry.MadeBy << 8) | 20));
        foreach (var header in new[] { local, central })
        {
            header.Write((ushort)20);
            header.Write((ushort)entry.Flags);
            header.Write((ushort)entry.Method);
            header.Write(0u); // time and date
            header.Write(entry.Crc ?? Crc32(entry.Content));
            header.Write((uint)packed.Length);
            header.Write(entry.Declared ?? (uint)entry.Content.Length);
            header.Write((ushort)name.Length);
            header.Write((ushort)0);
        }

        local.Write(name);
        local.Write(packed);
        central.Write((ushort)0); // comment
        central.Write(0u); // disk, internal attributes
        central.Write((uint)entry.Mode << 16);
        central.Write(at);
        central.Write(name);
    }
}
