using Hearth.Node.Packages.Images;

namespace Hearth.Node.Tests.Packages.Images;

public sealed class ImageSizeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hearth-image-size-").FullName;

    public ImageSizeTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "a/b"));
        using (var sparse = File.Create(Path.Combine(_folder, "a/b/sparse")))
            sparse.SetLength(1_000_000);
        File.CreateSymbolicLink(Path.Combine(_folder, "a/loop"), _folder);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_is_within_the_bounds_passes_and_links_are_not_followed() => ImageSize.Check(_folder, 1_001_000, 4);

    [Fact]
    public void Holes_count()
    {
        var refused = Assert.Throws<ImageException>(() => ImageSize.Check(_folder, 999_999, 100));
        Assert.Equal((ImageException.InvalidImage, "The image is larger than 999999 bytes."), (refused.Code, refused.Message));
    }

    [Fact]
    public void Files_are_counted() =>
        Assert.Equal("The image has more than 3 files.", Assert.Throws<ImageException>(() => ImageSize.Check(_folder, 2_000_000, 3)).Message);
}
