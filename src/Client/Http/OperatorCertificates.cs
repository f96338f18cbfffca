using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hearth.Contracts.Identity;

namespace Hearth.Client.Http;

/// <summary>By what an operator and a node know each other: certificates of one authority. Names in them are not compared, as all nodes may do the same.</summary>
internal static class OperatorCertificates
{
    /// <exception cref="ArgumentException">A file is missing or is none, they do not belong together, or are not of today; the message names it.</exception>
    public static SslClientAuthenticationOptions Load(string folder, TimeProvider time)
    {
        var authorityPath = Path.Combine(folder, "ca.pem");
        var path = Array.Find([Path.Combine(folder, "client.pem"), Path.Combine(folder, "node.pem")], File.Exists)
            ?? throw new ArgumentException($"There is no client.pem in the folder of certificates '{folder}': deploy/certificates.sh --client makes it.");
        var key = Path.ChangeExtension(path, "key");
        var authority = Read(authorityPath, () => X509CertificateLoader.LoadCertificateFromFile(authorityPath));
        var own = Read($"{path} with the key {key}", () => X509Certificate2.CreateFromPemFile(path, key));
        foreach (var (certificate, file) in new[] { (authority, authorityPath), (own, path) })
            AssertHolds(certificate, file, time.GetUtcNow().LocalDateTime);
        if (!AuthorityCertificates.IsSigned(authority, own, [AuthorityCertificates.ClientUse], out _))
            throw new ArgumentException($"The certificate {path} is not signed by {authorityPath}, or not for clients.");
        return new SslClientAuthenticationOptions
        {
            ClientCertificateContext = SslStreamCertificateContext.Create(own, additionalCertificates: null, offline: true),
            RemoteCertificateValidationCallback = (_, node, _, _) => node is not null && AuthorityCertificates.IsSigned(authority, node, [AuthorityCertificates.ServerUse], out _)
                ? true
                : throw new AuthenticationException($"it shows a certificate that is not of the authority {authorityPath}, or is over"),
        };
    }

    private static void AssertHolds(X509Certificate2 certificate, string path, DateTime now)
    {
        if (now > certificate.NotAfter)
            throw new ArgumentException($"The certificate {path} ended on {certificate.NotAfter.ToUniversalTime():u}: deploy/certificates.sh makes another.");
        if (now < certificate.NotBefore)
            throw new ArgumentException($"The certificate {path} holds from {certificate.NotBefore.ToUniversalTime():u}, and it is {now.ToUniversalTime():u}.");
    }

    private static X509Certificate2 Read(string what, Func<X509Certificate2> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"The certificate {what} cannot be used: {failure.Message}", failure);
        }
    }
}
