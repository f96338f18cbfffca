using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using ChildOfDotNet = System.Diagnostics.Process;

namespace Hearth.Node.Workers.Drivers.Container.Volumes;

/// <summary>
/// An empty ext4 file system of one size, as the few blocks of it that are not zero (some 45 KB): writing them to a new file is
/// a hundred times cheaper than mkfs.
/// </summary>
/// <param name="Bytes">Of the whole image.</param>
internal sealed record DiskTemplate(long Bytes, IReadOnlyList<(long Offset, byte[] Content)> Blocks)
{
    public const int FilesPerMib = 64;

    private const int BlockBytes = 4_096, InodeBytes = 256, MebiByte = 1 << 20;

    // With mkfs's own groups of 128 MiB, making tens of thousands of files takes ten times as long: each looks through its group's inodes.
    private const int GroupBlocks = 2_048;

    // No journal: nothing in it outlives the node. Block groups that say they are unused cost nothing until they are. Nanosecond times.
    private const string Features = "none,dir_index,dir_nlink,extent,extra_isize,filetype,flex_bg,huge_file,large_file,sparse_super2,uninit_bg";

    private static readonly string[] Folders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

    /// <param name="sizeMib">What a function can write at least; some 4 MiB more at most.</param>
    /// <param name="file">Where to make it meanwhile; in a folder, and of a name, that nobody else uses.</param>
    /// <exception cref="IOException">mkfs.ext4 is not installed, or failed.</exception>
    public static DiskTemplate Make(int sizeMib, string file)
    {
        try
        {
            using var image = File.OpenHandle(file, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite);
            RandomAccess.SetLength(image, ImageMib(sizeMib) * MebiByte);
            RunMkfs(file, sizeMib);
            return new DiskTemplate(RandomAccess.GetLength(image), ReadBlocks(image));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Makes a new, empty file a copy of it.</summary>
    public void WriteTo(SafeFileHandle file)
    {
        RandomAccess.SetLength(file, Bytes);
        foreach (var (offset, content) in Blocks)
            RandomAccess.Write(file, content, offset);
    }

    // Beside what a function writes there are the tables of each group (inodes, and a block or two of bits: 18 KiB a MiB), and what
    // ext4 keeps back for its own use: a fiftieth, 16 MiB at most.
    private static long ImageMib(int sizeMib)
    {
        var tables = (sizeMib * 18 / 1_024) + 2;
        return sizeMib + tables + Math.Min(16, ((sizeMib + tables) / 49) + 1);
    }

    private static void RunMkfs(string file, int sizeMib)
    {
        var program = Folders.Select(folder => Path.Combine(folder, "mkfs.ext4")).FirstOrDefault(File.Exists)
            ?? throw new IOException("mkfs.ext4 is not installed (on Debian: apt-get install e2fsprogs)");
        var files = (sizeMib * FilesPerMib).ToString(CultureInfo.InvariantCulture);
        using var mkfs = Start(program,
        [
            "-q", "-F", "-b", $"{BlockBytes}", "-g", $"{GroupBlocks}", "-I", $"{InodeBytes}", "-N", files, "-m", "0", "-e", "continue", "-O", Features,
            "-E", "lazy_itable_init=1,nodiscard,num_backup_sb=0,packed_meta_blocks=1", file,
        ]);
        var errors = mkfs.StandardError.ReadToEnd().Trim();
        mkfs.WaitForExit();
        if (mkfs.ExitCode != 0)
            throw new IOException($"mkfs.ext4 failed: {errors}");
    }

    private static ChildOfDotNet Start(string program, string[] arguments)
    {
        try
        {
            return ChildOfDotNet.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        }
        catch (Win32Exception refused)
        {
            throw new IOException($"{program} could not be run: {refused.Message}", refused);
        }
    }

    private static List<(long Offset, byte[] Content)> ReadBlocks(SafeFileHandle image)
    {
        var blocks = new List<(long, byte[])>();
        foreach (var (from, to) in SparseFile.Data(image))
            for (var at = from; at < to; at += BlockBytes)
            {
                var block = new byte[BlockBytes];
                RandomAccess.Read(image, block, at);
                if (block.AsSpan().ContainsAnyExcept((byte)0))
                    blocks.Add((at, block));
            }

        return blocks;
    }
}
