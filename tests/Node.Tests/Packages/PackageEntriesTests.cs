using System.IO.Compression;
using Hearth.Contracts;

namespace Hearth.Node.Tests.Packages;

public sealed class PackageEntriesTests : PackageFolder
{
    [Fact]
    public async Task One_file_more_than_the_limit_is_refused() =>
        Assert.Contains("more than 100000 files and folders", (await RefuseAsync(Zip(Limits.PackageEntries + 1, ""))).Message);

    [Fact]
    public async Task Folders_that_names_only_imply_count_too() =>
        Assert.Contains("more than 100000 files and folders", (await RefuseAsync(Zip(1_000, string.Concat(Enumerable.Repeat("d/", 120))))).Message);

    [Fact]
    public async Task A_count_that_says_less_than_the_directory_holds_is_refused()
    {
        var zip = Zip(3, "");
        zip[^12] = zip[^14] = 1;
        Assert.Contains("Please check your file", (await RefuseAsync(zip)).Message);
    }

    /// <summary>Zips written by the framework, with zip64 records where they are many.</summary>
    private static byte[] Zip(int files, string below)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
        {
            for (var number = 0; number < files; number++)
                zip.CreateEntry(below.Length == 0 ? $"f{number}" : $"{number}/{below}f", CompressionLevel.NoCompression);
        }

        return bytes.ToArray();
    }
}
