using Hearth.Node.Packages.Images;

namespace Hearth.Node.Tests.Packages.Images;

public sealed class ImageSourceTests
{
    private static readonly string Digest = new('a', 64);

    [Theory]
    [InlineData("oci:/srv/images/app", "/srv/images/app", null)]
    [InlineData("oci:/srv/images/app:v1.2-x_y", "/srv/images/app", "v1.2-x_y")]
    [InlineData("oci:/with space/and-more", "/with space/and-more", null)]
    public void A_layout_is_a_path_and_perhaps_a_tag(string uri, string path, string? tag) =>
        Assert.Equal(new ImageSource.Layout(path, tag), ImageSource.Parse(uri));

    [Theory]
    [InlineData("127.0.0.1:5000/app", "127.0.0.1:5000", "app", null)]
    [InlineData("localhost/team/app:v1", "localhost", "team/app", "v1")]
    [InlineData("[::1]:5000/app:v1", "[::1]:5000", "app", "v1")]
    [InlineData("000000000000.dkr.ecr.us-east-1.amazonaws.com/my-app_x.y:latest", "000000000000.dkr.ecr.us-east-1.amazonaws.com", "my-app_x.y", "latest")]
    public void A_registrys_image_has_a_host_a_name_and_perhaps_a_tag(string uri, string host, string name, string? tag) =>
        Assert.Equal(new ImageSource.Registry(host, name, tag, null), ImageSource.Parse(uri));

    [Fact]
    public void A_digest_goes_before_a_tag_and_without_either_it_is_latest()
    {
        Assert.Equal($"a.b/c@sha256:{Digest}", ((ImageSource.Registry)ImageSource.Parse($"a.b/c:v1@sha256:{Digest}")!).Address);
        Assert.Equal($"a.b/c@sha256:{Digest}", ((ImageSource.Registry)ImageSource.Parse($"a.b/c@sha256:{Digest}")!).Address);
        Assert.Equal("a.b/c:latest", ((ImageSource.Registry)ImageSource.Parse("a.b/c")!).Address);
    }

    [Fact]
    public void The_digest_takes_the_tags_place_in_what_it_is_resolved_to()
    {
        Assert.Equal($"oci:/a@sha256:{Digest}", ImageSource.Parse("oci:/a:v1")!.Resolved(Digest));
        Assert.Equal($"a.b:1/c@sha256:{Digest}", ImageSource.Parse("a.b:1/c:v1")!.Resolved(Digest));
    }

    [Theory]
    [InlineData("")]
    [InlineData("app")]
    [InlineData("library/app")]
    [InlineData("a.b/")]
    [InlineData("a.b/App")]
    [InlineData("a.b/c:")]
    [InlineData("a.b/c:-x")]
    [InlineData("a.b/c d")]
    [InlineData("a.b/c\n")]
    [InlineData("a.b/../c")]
    [InlineData("a.b//c")]
    [InlineData("a.b:123456/c")]
    [InlineData("--option/c.d:e")]
    [InlineData("a.b/c@sha256:abc")]
    [InlineData("docker://a.b/c")]
    [InlineData("oci:relative")]
    [InlineData("oci:/a:b:c")]
    [InlineData("oci:/a@b")]
    [InlineData("oci:/a\nb")]
    [InlineData("dir:/etc")]
    public void Anything_else_names_no_image(string uri) => Assert.Null(ImageSource.Parse(uri));

    [Fact]
    public void A_name_beyond_all_measure_is_none() => Assert.Null(ImageSource.Parse("a.b/" + new string('c', 1_100)));

    [Theory]
    [InlineData("localhost:5000/a", true)]
    [InlineData("localhost/a", true)]
    [InlineData("127.9.9.9:1/a", true)]
    [InlineData("[::1]:5000/a", true)]
    [InlineData("10.0.0.1:5000/a", false)]
    [InlineData("localhost.example:5000/a", false)]
    [InlineData("127.0.0.1.example/a", false)]
    public void Loopback_is_told_by_address_and_not_by_the_look_of_a_name(string uri, bool isLoopback) =>
        Assert.Equal(isLoopback, ((ImageSource.Registry)ImageSource.Parse(uri)!).IsLoopback);
}
