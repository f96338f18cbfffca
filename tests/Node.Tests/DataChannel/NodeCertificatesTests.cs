using System.Security.Cryptography.X509Certificates;
using Hearth.Node.DataChannel;

namespace Hearth.Node.Tests.DataChannel;

public sealed class NodeCertificatesTests : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1", ClientUse = "1.3.6.1.5.5.7.3.2";

    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _other = new();

    public void Dispose()
    {
        _authority.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void Nodes_of_one_authority_trust_each_other_and_no_others()
    {
        using var one = _authority.Node();
        using var another = _authority.Node();
        using var stranger = _other.Node();
        Assert.True(one.Own.HasPrivateKey);
        Assert.True(one.Trusts(another.Own));
        Assert.False(one.Trusts(stranger.Own));
        Assert.False(one.Trusts(null));
    }

    [Theory]
    [InlineData("ca.pem")]
    [InlineData("node.pem")]
    [InlineData("node.key")]
    public void A_file_that_is_missing_or_holds_no_PEM_is_named(string file)
    {
        var folder = _authority.Folder();
        var path = Path.Combine(folder, file);
        File.WriteAllText(path, "no PEM");
        Assert.Contains(path, Refused(folder));
        File.Delete(path);
        Assert.Contains(path, Refused(folder));
    }

    [Fact]
    public void A_key_of_another_certificate_is_named()
    {
        var folder = _authority.Folder();
        File.Copy(Path.Combine(_authority.Folder(), "node.key"), Path.Combine(folder, "node.key"), overwrite: true);
        Assert.Contains(Path.Combine(folder, "node.key"), Refused(folder));
    }

    [Fact]
    public void A_certificate_that_is_over_is_named_with_its_end()
    {
        var folder = _authority.Folder(days: -1);
        var message = Refused(folder);
        Assert.StartsWith($"{Path.Combine(folder, "node.pem")} ended on {DateTimeOffset.UtcNow.AddDays(-1):yyyy-MM-dd}", message);
    }

    [Fact]
    public void A_certificate_of_another_authority_is_named_with_the_authority()
    {
        var folder = _authority.Folder();
        File.Copy(Path.Combine(_other.Folder(), "ca.pem"), Path.Combine(folder, "ca.pem"), overwrite: true);
        var message = Refused(folder);
        Assert.Contains($"{Path.Combine(folder, "node.pem")} is not signed by {Path.Combine(folder, "ca.pem")}", message);
    }

    [Fact]
    public void An_authority_that_is_over_is_named_with_its_end()
    {
        using var over = new TestAuthority(days: -1);
        var folder = over.Folder(days: -2);
        Assert.StartsWith($"{Path.Combine(folder, "ca.pem")} ended on ", Refused(folder));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(true, ServerUse, ClientUse)]
    [InlineData(false, ServerUse)]
    [InlineData(false, ClientUse)]
    public void A_certificate_that_says_what_it_is_for_is_for_both_ends(bool isTrusted, params string[] uses)
    {
        using var node = _authority.Node();
        var folder = _authority.Folder(uses: uses);
        using var peer = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "node.pem"));
        Assert.Equal(isTrusted, node.Trusts(peer));
        if (!isTrusted)
            Assert.Equal($"{Path.Combine(folder, "node.pem")} is not for servers and clients both, as its extended key usage has it.", Refused(folder));
    }

    private static string Refused(string folder) =>
        Assert.Throws<InvalidOperationException>(() => NodeCertificates.Load(folder, TimeProvider.System)).Message;
}
