using Hearth.Contracts.Functions;
using Hearth.Node.Packages.Images;

namespace Hearth.Node.Tests.Packages.Images;

public sealed class ImageStoreTests : IDisposable
{
    private static readonly string Digest = new('a', 64), Other = new('b', 64);

    private readonly string _folder = Directory.CreateTempSubdirectory("hearth-image-store-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Where_images_cannot_be_served_the_reason_is_said_before_anything_is_looked_up()
    {
        using var store = new ImageStore(_folder, new ImageOptions(null, null, false, null, "PackageType Image needs umoci."));
        var (code, error) = await store.ResolveAsync("registry.test/app:v1", default);
        Assert.Equal((null, "PackageType Image needs umoci."), (code, error!.Message));
        var refused = await Assert.ThrowsAsync<ImageException>(() => store.EnsureAsync(new CodeReference(Digest, 0, "registry.test/app:v1"), default));
        Assert.Equal((ImageException.Internal, "PackageType Image needs umoci."), (refused.Code, refused.Message));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task An_image_that_is_here_needs_no_tool()
    {
        Place(Digest);
        using var store = new ImageStore(_folder, new ImageOptions(null, null, false, null, "PackageType Image needs umoci."));
        var image = await store.EnsureAsync(new CodeReference(Digest, 0, "registry.test/app:v1"), default);
        Assert.Equal(Path.Combine(_folder, Digest, "rootfs"), image.Root);
        Assert.Equal(["a.b"], image.Configuration.Command);
        Assert.Equal(0, store.Unpacked);
    }

    [Fact]
    public async Task A_sweep_keeps_what_is_in_use_or_was_asked_for_and_removes_what_was_left_half_written()
    {
        var asked = new string('c', 64);
        foreach (var digest in (string[])[Digest, Other, asked])
            Place(digest);
        Directory.CreateDirectory(Path.Combine(_folder, ".partial-of-another-process", "work", "bundle"));
        using var store = new ImageStore(_folder, new ImageOptions(null, null, false, null, null));
        await store.EnsureAsync(new CodeReference(asked, 0, "registry.test/app:v1"), default);

        Assert.Equal(1, await store.SweepAsync(new HashSet<string> { Digest }, default));
        Assert.Equal([Digest, asked], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private void Place(string digest)
    {
        Directory.CreateDirectory(Path.Combine(_folder, digest, "rootfs"));
        File.WriteAllText(Path.Combine(_folder, digest, "image.json"), """{"config": {"Cmd": ["a.b"]}}""");
    }
}
