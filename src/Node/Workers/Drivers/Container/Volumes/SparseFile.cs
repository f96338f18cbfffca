using Hearth.Node.Workers.Drivers.Native;
using Microsoft.Win32.SafeHandles;

namespace Hearth.Node.Workers.Drivers.Container.Volumes;

/// <summary>A file most of which has never been written.</summary>
internal static class SparseFile
{
    private const int SeekData = 3, SeekHole = 4;

    /// <summary>The parts that may hold something, in whole blocks of the file system; all else reads as zeros.</summary>
    public static IEnumerable<(long From, long To)> Data(SafeFileHandle file)
    {
        var descriptor = (int)file.DangerousGetHandle();
        for (long from, to = 0; (from = Libc.Seek(descriptor, to, SeekData)) >= 0;)
        {
            to = Libc.Seek(descriptor, from, SeekHole);
            yield return (from, to);
        }
    }
}
