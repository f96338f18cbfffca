namespace Hearth.Node.Packages.Extraction;

/// <summary>One entry as the zip's central directory declares it. Nothing here is checked against the content yet.</summary>
/// <param name="Name">As written in the zip; ends with a slash for a folder.</param>
/// <param name="Method">0 stored, 8 deflated; others exist and are refused.</param>
/// <param name="UnixMode">Type and permission bits where the zip was made on Unix; 0 elsewhere.</param>
/// <param name="DataOffset">Where its bytes begin in the zip.</param>
/// <param name="CompressedBytes">How many bytes it takes in the zip.</param>
/// <param name="DeclaredBytes">How many bytes it says it unpacks to.</param>
/// <param name="Crc32">The checksum of the unpacked bytes.</param>
internal sealed record ZipEntry(
    string Name,
    bool Encrypted,
    int Method,
    int UnixMode,
    int DataOffset,
    int CompressedBytes,
    long DeclaredBytes,
    uint Crc32)
{
    public const int Stored = 0, Deflated = 8;

    private const int TypeMask = 0xF000, Folder = 0x4000, File = 0x8000, Link = 0xA000;

    public EntryKind Kind => (UnixMode & TypeMask) switch
    {
        Link => EntryKind.Link,
        Folder => EntryKind.Folder,
        File or 0 => Name.EndsWith('/') ? EntryKind.Folder : EntryKind.File,
        _ => EntryKind.Device,
    };

    /// <summary>
    /// The permissions it asks for, without set-user-id, set-group-id and sticky. A zip made on Windows carries none:
    /// then what AWS gives, 0644 for files and 0755 for folders.
    /// </summary>
    public UnixFileMode Permissions =>
        (UnixFileMode)(UnixMode != 0 ? UnixMode & 0x1FF : Kind == EntryKind.Folder ? 0x1ED : 0x1A4);
}

/// <summary>What an entry's unix mode says it is. A device is anything that is neither file, folder nor link.</summary>
internal enum EntryKind
{
    File,
    Folder,
    Link,
    Device,
}
