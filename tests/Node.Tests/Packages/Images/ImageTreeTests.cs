using Hearth.Node.Packages.Images;

namespace Hearth.Node.Tests.Packages.Images;

public sealed class ImageTreeTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("hearth-image-tree-").FullName;

    public ImageTreeTests()
    {
        Directory.CreateDirectory(At("usr/bin"));
        File.WriteAllText(At("usr/bin/tool"), "");
        File.SetUnixFileMode(At("usr/bin/tool"), (UnixFileMode)0b111_101_101);
        File.WriteAllText(At("usr/bin/text"), "");
        File.CreateSymbolicLink(At("bin"), "usr/bin");
        File.CreateSymbolicLink(At("absolute"), "/usr/bin/tool");
        File.CreateSymbolicLink(At("usr/up"), "../../../../../../usr/bin/tool");
        File.CreateSymbolicLink(At("passwd"), "/etc/passwd");
        File.CreateSymbolicLink(At("round"), "round");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("/usr/bin/tool", "usr/bin/tool")]
    [InlineData("usr/./bin//tool", "usr/bin/tool")]
    [InlineData("/bin/tool", "usr/bin/tool")]
    [InlineData("/bin/../bin/tool", "usr/bin/tool")]
    [InlineData("/absolute", "usr/bin/tool")]
    [InlineData("/usr/up", "usr/bin/tool")]
    [InlineData("/../../usr/bin", "usr/bin")]
    [InlineData("/", "")]
    public void Links_are_followed_with_the_root_for_the_top(string path, string place) =>
        Assert.Equal(At(place).TrimEnd('/'), ImageTree.Resolve(_root, path));

    [Theory]
    [InlineData("/none")]
    [InlineData("/passwd")]
    [InlineData("/../../../../etc/passwd")]
    [InlineData("/round")]
    public void What_is_not_in_the_image_is_not_found(string path) => Assert.Null(ImageTree.Resolve(_root, path));

    [Theory]
    [InlineData("tool", "/none:/bin", "/", "/bin/tool")]
    [InlineData("/absolute", "", "/", "/absolute")]
    [InlineData("./tool", "", "/usr/bin", "/usr/bin/./tool")]
    public void A_program_is_found_as_a_shell_finds_it(string word, string search, string folder, string program) =>
        Assert.Equal((program, null), ImageTree.FindProgram(_root, word, search, folder));

    [Theory]
    [InlineData("tool", "/none", "exec: \"tool\": executable file not found in $PATH")]
    [InlineData("/none", "", "fork/exec /none: no such file or directory")]
    [InlineData("/usr/bin", "", "fork/exec /usr/bin: no such file or directory")]
    [InlineData("text", "/bin", "fork/exec /bin/text: permission denied")]
    public void A_program_that_cannot_be_executed_is_told_as_the_kernel_would(string word, string search, string problem) =>
        Assert.Equal((null, problem), ImageTree.FindProgram(_root, word, search, "/"));

    private string At(string path) => Path.Combine(_root, path);
}
