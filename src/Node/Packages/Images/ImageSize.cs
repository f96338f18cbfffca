namespace Hearth.Node.Packages.Images;

/// <summary>Bounds what an image takes on the disk, by looking at it: archives can lie about what comes out of them.</summary>
internal static class ImageSize
{
    // Links count as themselves and are never followed.
    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = 0,
        IgnoreInaccessible = true,
        ReturnSpecialDirectories = false,
    };

    /// <exception cref="ImageException">The folder holds more than these.</exception>
    public static void Check(string folder, long mostBytes, int mostEntries)
    {
        long bytes = 0;
        var entries = 0;
        foreach (var length in new System.IO.Enumeration.FileSystemEnumerable<long>(folder, Length, Everything)
        {
            ShouldRecursePredicate = (ref System.IO.Enumeration.FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0,
        })
        {
            bytes += length;
            if (bytes > mostBytes)
                throw ImageException.Invalid($"The image is larger than {mostBytes} bytes.");
            if (++entries > mostEntries)
                throw ImageException.Invalid($"The image has more than {mostEntries} files.");
        }
    }

    // Holes count: what is sparse here need not stay so.
    private static long Length(ref System.IO.Enumeration.FileSystemEntry entry) => entry.IsDirectory ? 0 : entry.Length;
}
