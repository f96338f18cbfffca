using System.Runtime.InteropServices;
using System.Text;
using Hearth.Node.Packages.Images;

namespace Hearth.Node.Tests.Packages.Images;

public sealed class ImageConfigurationTests
{
    private static readonly string Here = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64";

    [Fact]
    public void What_an_image_says_is_read()
    {
        var read = Parse($$"""
            {"os": "linux", "architecture": "{{Here}}", "config": {"Entrypoint": ["/bin/sh", "-c"], "Cmd": ["app.handler"],
             "Env": ["A=1", "B=x=y", "EMPTY=", "=none", "none", "A=2"], "WorkingDir": "/srv", "User": "root"}, "history": []}
            """);
        Assert.Equal(["/bin/sh", "-c"], read.EntryPoint);
        Assert.Equal(["app.handler"], read.Command);
        Assert.Equal("/srv", read.WorkingDirectory);
        Assert.Equal(new Dictionary<string, string> { ["A"] = "2", ["B"] = "x=y", ["EMPTY"] = "" }, read.Environment);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"config": null}""")]
    [InlineData("""{"config": {"Entrypoint": null, "Cmd": null, "Env": null}}""")]
    public void What_it_does_not_say_is_empty(string json)
    {
        var read = Parse(json);
        Assert.Empty(read.EntryPoint);
        Assert.Empty(read.Command);
        Assert.Empty(read.Environment);
        Assert.Empty(read.WorkingDirectory);
    }

    [Theory]
    [InlineData("", "The image's configuration cannot be read")]
    [InlineData("null", "The image's configuration cannot be read")]
    [InlineData("[1]", "The image's configuration cannot be read")]
    [InlineData("""{"config": {"Cmd": "text"}}""", "The image's configuration cannot be read")]
    [InlineData("""{"os": "windows"}""", "The image is for windows; this node runs linux.")]
    [InlineData("""{"architecture": "s390x"}""", "The image is for s390x; this node runs ")]
    public void What_cannot_run_here_is_an_invalid_image(string json, string message)
    {
        var refused = Assert.Throws<ImageException>(() => Parse(json));
        Assert.Equal(ImageException.InvalidImage, refused.Code);
        Assert.StartsWith(message, refused.Message);
    }

    private static ImageConfiguration Parse(string json) => ImageConfiguration.Parse(Encoding.UTF8.GetBytes(json));
}
