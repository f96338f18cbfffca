using System.IO.Compression;
using Hearth.Client.Tests.Fakes;
using Hearth.CommandLine.Deploying;
using Hearth.CommandLine.Hosting;

namespace Hearth.Client.Tests.CommandLine;

public sealed class FolderZipTests : IDisposable
{
    private const UnixFileMode Plain = (UnixFileMode)0b110_100_100;
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_same_files_give_the_same_bytes_whatever_their_order_and_time()
    {
        using var other = new TempFolder();
        foreach (var name in (string[])["b.py", "a/z.txt", "a.py", "A.py"]) _folder.Write(name, name, Plain);
        foreach (var name in (string[])["A.py", "a.py", "a/z.txt", "b.py"]) File.SetLastWriteTimeUtc(other.Write(name, name, Plain), new DateTime(2001, 2, 3));
        var (one, two) = (Pack(_folder), Pack(other));
        Assert.Equal(one.Sha256, two.Sha256);
        Assert.Equal(one.Bytes, two.Bytes);
        Assert.Equal(["A.py", "a.py", "a/z.txt", "b.py"], Names(one));
    }

    [Fact]
    public void Another_content_name_or_permission_gives_another_hash()
    {
        _folder.Write("a.py", "1", Plain);
        var first = Pack(_folder).Sha256;
        _folder.Write("a.py", "1", Executable);
        var second = Pack(_folder).Sha256;
        _folder.Write("a.py", "2", Executable);
        Assert.Equal(3, new HashSet<string> { first, second, Pack(_folder).Sha256 }.Count);
    }

    [Fact]
    public void Permissions_and_links_are_kept()
    {
        _folder.Write("bootstrap", "#!/bin/sh", Executable);
        _folder.Write("lib/real.so", "so", Plain);
        _folder.Link("lib/link.so", "real.so");
        _folder.Link("alias", "lib");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "empty"));
        using var zip = Open(Pack(_folder));
        Assert.Equal(
            [("alias", 0xA1FF), ("bootstrap", 0x81ED), ("empty/", 0x41ED), ("lib/link.so", 0xA1FF), ("lib/real.so", 0x81A4)],
            zip.Entries.Select(entry => (entry.FullName, (entry.ExternalAttributes >> 16) & 0xFFFF)));
        using var link = new StreamReader(zip.GetEntry("lib/link.so")!.Open());
        Assert.Equal("real.so", link.ReadToEnd());
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../outside")]
    [InlineData("sub/../../outside")]
    public void A_link_that_leads_out_of_the_folder_is_refused_by_name(string target)
    {
        _folder.Write("a.py", "1");
        _folder.Link("leak", target);
        var error = Assert.Throws<UsageException>(() => Pack(_folder));
        Assert.Contains($"The link leak leads out of the folder, to {target}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_up_that_stays_inside_is_kept()
    {
        _folder.Write("a.py", "1");
        _folder.Write("sub/deep/b.py", "1");
        _folder.Link("sub/deep/up", "../../a.py");
        Assert.Contains("sub/deep/up", Names(Pack(_folder)));
    }

    [Fact]
    public void What_is_never_needed_is_left_out_and_so_is_what_the_ignore_file_lists()
    {
        foreach (var name in (string[])[".git/HEAD", "a.py", "pkg/__pycache__/x.pyc", "pkg/b.py", "hearth.json", "test/t.py", "pkg/test/t.py", "notes.log"])
            _folder.Write(name, "x");
        _folder.Write(".hearthignore", "# logs\n*.log\n/test/\n");
        Assert.Equal(["a.py", "pkg/b.py", "pkg/test/t.py"], Names(Pack(_folder)));
    }

    [Fact]
    public void A_package_over_the_limit_is_refused()
    {
        var noise = new byte[1 << 20];
        for (var i = 0; i < 51; i++)
        {
            new Random(i).NextBytes(noise);
            File.WriteAllBytes(Path.Combine(_folder.Path, $"{i}.bin"), noise);
        }

        Assert.Contains("larger than 50.0 MB zipped", Assert.Throws<UsageException>(() => Pack(_folder)).Message, StringComparison.Ordinal);
    }

    private static FolderZip Pack(TempFolder folder) =>
        FolderZip.Of(PackageFiles.Of(folder.Path, IgnoreRules.Of(folder.Path)), CancellationToken.None);

    private static ZipArchive Open(FolderZip zip) => new(new MemoryStream(zip.Bytes));

    private static List<string> Names(FolderZip zip)
    {
        using var archive = Open(zip);
        return [.. archive.Entries.Select(entry => entry.FullName)];
    }
}
