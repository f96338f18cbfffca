using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hearth.Node.DataChannel;

namespace Hearth.Node.Tests.DataChannel;

/// <summary>An authority of its own, and folders with what it gives to nodes; gone with the test.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hearth-certificates-");
    private readonly X509Certificate2 _certificate;
    private int _nodes;

    /// <param name="days">When it ends.</param>
    public TestAuthority(int days = 30)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=authority {Guid.NewGuid():N}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _certificate = request.CreateSelfSigned(Now.AddDays(-10), Now.AddDays(days));
    }

    private static DateTimeOffset Now => DateTimeOffset.UtcNow;

    /// <summary>A new node's folder, whose certificate ends in <paramref name="days"/>.</summary>
    /// <param name="uses">Its extended key usage; it has none where none is given.</param>
    public string Folder(int days = 20, params string[] uses)
    {
        var folder = _folder.CreateSubdirectory($"{++_nodes}").FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=node {_nodes}", key, HashAlgorithmName.SHA256);
        if (uses.Length > 0)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. uses.Select(use => new Oid(use))], critical: false));
        using var signed = request.Create(_certificate, Now.AddDays(-5), Now.AddDays(days), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(Path.Combine(folder, "ca.pem"), _certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "node.pem"), signed.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "node.key"), key.ExportPkcs8PrivateKeyPem());
        return folder;
    }

    public NodeCertificates Node() => NodeCertificates.Load(Folder(), TimeProvider.System);

    public void Dispose()
    {
        _certificate.Dispose();
        _folder.Delete(recursive: true);
    }
}
