using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Hearth.Node.Packages;

/// <summary>What .NET does not offer for making files outlive a power cut. Elsewhere than on Linux both do nothing.</summary>
internal static partial class DurableFiles
{
    private const int OpenDirectory = 0x10000, CloseOnExec = 0x80000; // O_DIRECTORY | O_RDONLY, O_CLOEXEC

    /// <summary>Returns once the names in <paramref name="folder"/> are on disk: a rename lasts only then.</summary>
    /// <exception cref="IOException">The folder cannot be opened or the disk failed.</exception>
    public static void FlushNames(string folder) => WithFolder(folder, descriptor => FSync(descriptor));

    /// <summary>
    /// Returns once everything written to the file system of <paramref name="folder"/> is on disk: for thousands of
    /// small files much cheaper than one flush each.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be opened or the disk failed.</exception>
    public static void FlushFileSystem(string folder) => WithFolder(folder, SyncFs);

    private static void WithFolder(string folder, Func<int, int> flush)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var descriptor = Open(folder, OpenDirectory | CloseOnExec);
        if (descriptor < 0)
            throw Failed("open", folder);
        try
        {
            if (flush(descriptor) != 0)
                throw Failed("flush", folder);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failed(string what, string folder) =>
        new($"Could not {what} {folder}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
