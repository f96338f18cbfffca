using Hearth.Node.Packages.Images;

namespace Hearth.Node.Tests.Packages.Images;

/// <summary>Lines as skopeo 1.9 and umoci 0.4 print them.</summary>
public sealed class ImageExceptionTests
{
    [Theory]
    [InlineData("""time="2026-11-25T17:09:48Z" level=fatal msg="Error parsing image name \"docker://h:1/app:v2\": reading manifest v2 in h:1/app: manifest unknown: manifest unknown.""", "ImageDeleted")]
    [InlineData("""level=fatal msg="Error parsing image name \"oci:/source:v2\": no descriptor found for reference \"v2\".""", "ImageDeleted")]
    [InlineData("stat: cannot statx 'source/index.json': No such file or directory", "ImageDeleted")]
    [InlineData("level=fatal msg=\"initializing source docker://h/app:1: reading manifest 1 in h/app: unauthorized: authentication required\"", "ImageAccessDenied")]
    [InlineData("level=fatal msg=\"reading manifest: denied: requested access to the resource is denied\"", "ImageAccessDenied")]
    [InlineData("level=fatal msg=\"pinging container registry h:1: Get \\\"http://h:1/v2/\\\": dial tcp h:1: connect: connection refused\"", "InternalError")]
    [InlineData("level=fatal msg=\"writing blob: write /work/layout/oci-put-blob: no space left on device\"", "InternalError")]
    [InlineData("level=fatal msg=\"writing blob: Digest did not match, expected sha256:a, got sha256:b\"", "InvalidImage")]
    [InlineData("   x unpack rootfs: apply layer: archive/tar: invalid tar header", "InvalidImage")]
    [InlineData("", "InvalidImage")]
    public void What_a_tool_says_is_told_by_AWSs_code(string said, string code) =>
        Assert.Equal(code, ImageException.FromTool("It failed", said).Code);

    [Fact]
    public void The_reason_is_the_last_line_without_what_a_terminal_would_obey()
    {
        var failure = ImageException.FromTool("It failed", "level=warning msg=\"first\"\nlevel=fatal msg=\"bad \\\"x\\\" \u001b[31m" + new string('y', 400) + "\"\n");
        Assert.StartsWith("It failed: bad \"x\" [31myyy", failure.Message);
        Assert.EndsWith("y…", failure.Message);
        Assert.InRange(failure.Message.Length, 300, 330);
    }
}
