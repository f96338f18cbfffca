#pragma warning disable CA1416 // The node runs on Linux and macOS alone.

using System.Diagnostics;
using System.IO.Compression;
using System.IO.Pipelines;
using static Hearth.Node.Tests.Packages.ZipBuilder;
using IoFile = System.IO.File;

namespace Hearth.Node.Tests.Packages;

public sealed class ExtractionTests : PackageFolder
{
    private const UnixFileMode Mode0644 = (UnixFileMode)0x1A4, Mode0755 = (UnixFileMode)0x1ED;

    [Fact]
    public async Task Files_keep_their_permissions_without_the_set_id_and_sticky_bits()
    {
        var folder = await ExtractAsync(Of(
            File("tool") with { Mode = 0x8000 | 0x1FF },
            File("private") with { Mode = 0x8000 | 0x180 },
            File("suid") with { Mode = 0x8000 | 0xE00 | 0x1ED }));
        Assert.Equal((UnixFileMode)0x1FF, IoFile.GetUnixFileMode($"{folder}/tool"));
        Assert.Equal((UnixFileMode)0x180, IoFile.GetUnixFileMode($"{folder}/private"));
        Assert.Equal(Mode0755, IoFile.GetUnixFileMode($"{folder}/suid"));
    }

    [Theory]
    [InlineData(0, 0x81ED)] // made on Windows: the upper half of the attributes means nothing
    [InlineData(3, 0)] // made on Unix, without a mode
    public async Task Without_a_mode_files_are_0644_and_folders_0755(int madeBy, int mode)
    {
        var folder = await ExtractAsync(Of(
            Folder("lib/") with { MadeBy = madeBy, Mode = mode },
            File("lib/a") with { MadeBy = madeBy, Mode = mode }));
        Assert.Equal(Mode0755, IoFile.GetUnixFileMode($"{folder}/lib"));
        Assert.Equal(Mode0644, IoFile.GetUnixFileMode($"{folder}/lib/a"));
    }

    [Fact]
    public async Task Every_folder_can_be_entered_whatever_the_zip_says()
    {
        var folder = await ExtractAsync(Of(Folder("closed/") with { Mode = 0x4000 }, File("closed/a"), File("implied/a")));
        Assert.Equal(Mode0755, IoFile.GetUnixFileMode($"{folder}/closed"));
        Assert.Equal(Mode0755, IoFile.GetUnixFileMode($"{folder}/implied"));
        Assert.Equal(Mode0755, IoFile.GetUnixFileMode(folder));
    }

    [Fact]
    public async Task Links_inside_the_package_stay_links()
    {
        var folder = await ExtractAsync(Of(
            Link("lib/libz.so", "libz.so.1"),
            Link("lib/libz.so.1", "../real/./libz.so.1.2"),
            Link("bin", "real"),
            Link("through", "bin/libz.so.1.2"),
            Link("dangling", "not/here"),
            File("real/libz.so.1.2", "library")));
        Assert.Equal("libz.so.1", new FileInfo($"{folder}/lib/libz.so").LinkTarget);
        Assert.Equal("library", await IoFile.ReadAllTextAsync($"{folder}/lib/libz.so"));
        Assert.Equal("library", await IoFile.ReadAllTextAsync($"{folder}/through"));
        Assert.Equal("not/here", new FileInfo($"{folder}/dangling").LinkTarget);
    }

    [Fact]
    public async Task Names_are_normalised_and_the_root_itself_may_be_an_entry()
    {
        var folder = await ExtractAsync(Of(Folder("./"), File("./a//b/./c", "x"), File("ünï/日本", "y")));
        Assert.Equal("x", await IoFile.ReadAllTextAsync($"{folder}/a/b/c"));
        Assert.Equal("y", await IoFile.ReadAllTextAsync($"{folder}/ünï/日本"));
    }

    [Fact]
    public async Task Stored_and_empty_entries_are_extracted()
    {
        var folder = await ExtractAsync(Of(File("stored", "as is") with { Method = 0 }, File("empty", ""), File("none", "") with { Method = 0 }));
        Assert.Equal("as is", await IoFile.ReadAllTextAsync($"{folder}/stored"));
        Assert.Empty(await IoFile.ReadAllBytesAsync($"{folder}/empty"));
        Assert.Empty(await IoFile.ReadAllBytesAsync($"{folder}/none"));
    }

    [Fact]
    public async Task A_comment_and_what_follows_the_zip_do_no_harm()
    {
        var zip = Of(File("a", "x"));
        zip[^2] = 3;
        var folder = await ExtractAsync([.. zip, .. "end"u8]);
        Assert.Equal("x", await IoFile.ReadAllTextAsync($"{folder}/a"));
    }

    [Fact]
    public async Task A_zip_written_to_a_pipe_with_sizes_after_the_content_is_extracted()
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(PipeWriter.Create(bytes).AsStream(), ZipArchiveMode.Create))
        {
            using var content = zip.CreateEntry("a").Open();
            content.Write(new byte[100_000]);
        }

        Assert.Equal(8, bytes.ToArray()[6] & 8);
        Assert.Equal(100_000, new FileInfo($"{await ExtractAsync(bytes.ToArray())}/a").Length);
    }

    [Fact]
    public async Task A_zip64_zip_is_extracted()
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
        {
            for (var number = 0; number < 70_000; number++)
                zip.CreateEntry($"f{number}", CompressionLevel.NoCompression);
        }

        var folder = await ExtractAsync(bytes.ToArray());
        Assert.Equal(70_000, Directory.EnumerateFiles(folder).Count());
    }

    [Theory]
    [InlineData("zip -q -r -y out.zip .")]
    [InlineData("zip -q -r -y -D -0 out.zip .")] // stored, folders only implied
    public async Task What_the_zip_tool_writes_is_extracted_as_it_was(string command)
    {
        var source = Directory.CreateDirectory($"{Root}/source").FullName;
        Directory.CreateDirectory($"{source}/lib");
        await IoFile.WriteAllTextAsync($"{source}/app.py", new string('p', 100_000));
        await IoFile.WriteAllTextAsync($"{source}/lib/tool", "#!/bin/sh\n");
        IoFile.SetUnixFileMode($"{source}/lib/tool", Mode0755);
        IoFile.CreateSymbolicLink($"{source}/tool", "lib/tool");
        using (var zip = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { WorkingDirectory = source })!)
        {
            await zip.WaitForExitAsync();
            Assert.Equal(0, zip.ExitCode);
        }

        var folder = await ExtractAsync(await IoFile.ReadAllBytesAsync($"{source}/out.zip"));
        Assert.Equal(100_000, new FileInfo($"{folder}/app.py").Length);
        Assert.Equal(Mode0755, IoFile.GetUnixFileMode($"{folder}/lib/tool"));
        Assert.Equal("lib/tool", new FileInfo($"{folder}/tool").LinkTarget);
    }
}
