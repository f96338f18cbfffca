using System.Text;
using Hearth.Contracts;
using Hearth.Contracts.Errors;
using static Hearth.Node.Tests.Packages.ZipBuilder;

namespace Hearth.Node.Tests.Packages;

public sealed class HostileZipTests : PackageFolder
{
    private const string NotAZip = "Could not unzip uploaded file. Please check your file, then try to upload again.";

    [Fact]
    public async Task No_bytes_and_a_zip_without_entries_are_an_empty_zip()
    {
        Assert.Equal(RequestError.InvalidParameter("Uploaded file must be a non-empty zip"), await RefuseAsync(Array.Empty<byte>()));
        Assert.Equal(RequestError.InvalidParameter("Uploaded file must be a non-empty zip"), await RefuseAsync(Of()));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("this is text and no zip at all, whatever its name may say about it")]
    [InlineData("PK\u0003\u0004 begins like a zip and goes on as something else entirely")]
    public async Task What_is_no_zip_is_refused_in_the_words_of_AWS(string text) =>
        Assert.Equal(RequestError.InvalidParameter(NotAZip), await RefuseAsync(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public async Task A_zip_cut_anywhere_is_refused()
    {
        var zip = Of(File("app.py", new string('x', 300)), Folder("lib/"), Link("lib/app", "../app.py"));
        for (var length = 1; length < zip.Length; length++)
            Assert.Equal(ErrorCode.InvalidParameterValue, (await RefuseAsync(zip.AsMemory(0, length))).Code);
    }

    [Fact]
    public async Task A_zip_with_any_one_byte_changed_is_refused_or_extracted_inside_its_folder()
    {
        var zip = Of(File("app.py", "hello"), Link("lib/app", "../app.py"));
        for (var at = 0; at < zip.Length; at++)
        {
            foreach (var value in new byte[] { 0, 0x2F, 0x80, 0xFF })
            {
                var changed = zip.ToArray();
                changed[at] = value;
                await Store.AddAsync(changed, CancellationToken.None);
            }
        }

        Assert.All(Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.TopDirectoryOnly), path => Assert.Contains(Path.GetFileName(path), new[] { "code", "zips" }));
        Assert.DoesNotContain(Directory.EnumerateDirectories(Path.Combine(Root, "code")), path => Path.GetFileName(path).StartsWith('.'));
    }

    [Theory]
    [InlineData("../evil", "has '..' in its name")]
    [InlineData("a/../../evil", "has '..' in its name")]
    [InlineData("a/..", "has '..' in its name")]
    [InlineData("/etc/evil", "has an absolute name")]
    [InlineData("..\\evil", "has a backslash in its name; zip names use '/'")]
    [InlineData("a\\b", "has a backslash in its name; zip names use '/'")]
    [InlineData("C:\\evil", "has a backslash in its name; zip names use '/'")]
    [InlineData("", "has no name")]
    [InlineData(".", "has no name")]
    [InlineData("a\0b", "has a NUL in its name")]
    public async Task A_name_that_leaves_or_tricks_is_refused(string name, string problem)
    {
        var error = await RefuseAsync(Of(File("ok"), File(name)));
        Assert.Equal(RequestError.InvalidParameter($"Could not unzip uploaded file: entry '{name.Replace("\0", "\\0", StringComparison.Ordinal)}' {problem}."), error);
    }

    [Fact]
    public async Task A_name_too_long_or_not_in_UTF8_is_refused()
    {
        Assert.Contains("more than 255 bytes", (await RefuseAsync(Of(File(new string('a', 256))))).Message);
        Assert.Contains("more than 1024 bytes", (await RefuseAsync(Of(File(string.Join('/', Enumerable.Repeat("abcdefgh", 200)))))).Message);
        Assert.Contains("not UTF-8", (await RefuseAsync(Of(File("a") with { RawName = [0x61, 0xFF] }))).Message);
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("a/b", "a/./b")]
    [InlineData("a/b", "a//b")]
    [InlineData("./a", "a")]
    public async Task A_name_given_twice_is_refused_however_it_is_written(string first, string second) =>
        Assert.Contains("is in the zip twice", (await RefuseAsync(Of(File(first), File(second)))).Message);

    [Fact]
    public async Task A_folder_given_twice_is_refused() =>
        Assert.Contains("is in the zip twice", (await RefuseAsync(Of(Folder("a/"), Folder("a/"), File("a/b")))).Message);

    [Fact]
    public async Task A_path_that_is_file_and_folder_is_refused_in_either_order()
    {
        Assert.Contains("which is no folder", (await RefuseAsync(Of(File("a"), File("a/b")))).Message);
        Assert.Contains("is a folder in another entry's name", (await RefuseAsync(Of(File("a/b"), File("a")))).Message);
        Assert.Contains("is in the zip twice", (await RefuseAsync(Of(File("a"), Folder("a/")))).Message);
        Assert.Contains("something else by its content", (await RefuseAsync(Of(Folder("a/") with { Content = [1] }))).Message);
    }

    [Theory]
    [InlineData("link", "..", "leaves the package")]
    [InlineData("link", "../../etc/passwd", "leaves the package")]
    [InlineData("a/b/link", "../../../x", "leaves the package")]
    [InlineData("link", "missing/../../x", "leaves the package")]
    [InlineData("link", "/etc/passwd", "not relative")]
    [InlineData("link", "/var/task/ok", "not relative")]
    [InlineData("link", "a\0b", "not relative")]
    [InlineData("link", "link", "leads in a circle")]
    [InlineData("link", "", "target is not 1 to 1024 bytes")]
    public async Task A_link_that_leaves_the_package_or_leads_nowhere_at_all_is_refused(string name, string target, string problem) =>
        Assert.Contains(problem, (await RefuseAsync(Of(File("ok"), Link(name, target)))).Message);

    [Fact]
    public async Task A_link_that_leaves_only_through_another_link_is_refused() =>
        // As text 'a/b/up/..' is 'a/b'; the kernel goes to the root by 'up' and one step further.
        Assert.Contains("leaves the package", (await RefuseAsync(Of(Folder("a/b/"), Link("a/b/up", "../.."), Link("out", "a/b/up/..")))).Message);

    [Fact]
    public async Task Two_links_to_each_other_and_a_tower_of_links_are_refused()
    {
        Assert.Contains("circle", (await RefuseAsync(Of(Link("a", "b"), Link("b", "a")))).Message);
        var tower = Enumerable.Range(0, 50).Select(level => Link($"l{level}", $"l{level + 1}/l{level + 1}")).ToArray();
        Assert.Contains("which ", (await RefuseAsync(Of(tower))).Message);
    }

    [Fact]
    public async Task An_entry_written_through_a_link_is_refused_in_either_order()
    {
        Assert.Contains("which is no folder", (await RefuseAsync(Of(Folder("a/"), Link("l", "a"), File("l/evil")))).Message);
        Assert.Contains("is a folder in another entry's name", (await RefuseAsync(Of(Folder("a/"), File("l/evil"), Link("l", "a")))).Message);
    }

    [Theory]
    [InlineData(0x11A4)] // pipe
    [InlineData(0x21A4)] // character device
    [InlineData(0x61A4)] // block device
    [InlineData(0xC1A4)] // socket
    public async Task A_device_is_refused(int mode) =>
        Assert.Contains("neither a file, a folder nor a link", (await RefuseAsync(Of(File("ok"), File("device", "") with { Mode = mode }))).Message);

    [Fact]
    public async Task An_encrypted_entry_is_refused() =>
        Assert.Contains("is encrypted", (await RefuseAsync(Of(File("secret") with { Flags = 0x0801 }))).Message);

    [Fact]
    public async Task A_compression_other_than_deflate_is_refused_by_its_number() =>
        Assert.Contains("compression method 14", (await RefuseAsync(Of(File("a") with { Method = 14 }))).Message);

    [Theory]
    [InlineData(8, 10)]
    [InlineData(8, 200_000)]
    [InlineData(8, 400_000)]
    [InlineData(0, 10)]
    public async Task A_size_that_lies_is_refused_even_where_the_checksum_fits_the_lie(int method, int declared)
    {
        var content = new byte[300_000];
        var entry = new Entry("lie", content) { Method = method, Declared = (uint)declared, Crc = Crc32(new byte[declared]) };
        Assert.Contains($"does not unpack to the {declared} bytes it declares", (await RefuseAsync(Of(entry))).Message);
    }

    [Fact]
    public async Task Damaged_content_is_refused()
    {
        Assert.Contains("checksum", (await RefuseAsync(Of(File("a") with { Crc = 1 }))).Message);
        Assert.Contains("cannot be inflated", (await RefuseAsync(Of(File("a") with { Packed = [0xFF, 0xFF, 0xFF, 0xFF] }))).Message);
    }

    [Fact]
    public async Task A_bomb_is_refused_whether_it_tells_its_size_or_not()
    {
        var honest = Of(new Entry("bomb", new byte[Limits.UnzippedPackageBytes + 1]) { Crc = 0 });
        Assert.True(honest.Length < 1_000_000);
        Assert.Equal(RequestError.InvalidParameter("Unzipped size must be smaller than 262144000 bytes"), await RefuseAsync(honest));

        var content = new byte[30_000_000];
        var many = Enumerable.Range(0, 10).Select(number => new Entry($"part{number}", content) { Crc = 0 }).ToArray();
        Assert.Contains("262144000", (await RefuseAsync(Of(many))).Message);
        var lying = Of([.. many.Select(entry => entry with { Declared = 1 })]);
        Assert.Contains("does not unpack to the 1 bytes", (await RefuseAsync(lying)).Message);
    }

    [Fact]
    public async Task A_zip_over_50_MiB_is_refused_with_413()
    {
        var error = await RefuseAsync(new byte[Limits.ZippedPackageBytes + 1]);
        Assert.Equal(new RequestError(ErrorCode.RequestEntityTooLarge, "Zipped size must be smaller than 52428800 bytes"), error);
    }
}
