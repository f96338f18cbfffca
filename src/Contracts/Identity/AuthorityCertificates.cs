using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hearth.Contracts.Identity;

/// <summary>By what nodes and operators of a cluster are known: certificates of its own authority. The one rule, for both ends of a connection.</summary>
public static class AuthorityCertificates
{
    /// <summary>What an extended key usage may name: the end of a TLS connection. Source: RFC 5280, 4.2.1.12.</summary>
    public const string ServerUse = "1.3.6.1.5.5.7.3.1", ClientUse = "1.3.6.1.5.5.7.3.2";

    /// <summary>With less left, a certificate is warned of, and <c>deploy/certificates.sh</c> makes another.</summary>
    public static TimeSpan RenewalMargin { get; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Whether the authority has signed the certificate, it is of today, and it is for all of <paramref name="uses"/> where it says what it is
    /// for. Names in it are not compared: all nodes may do the same.
    /// </summary>
    /// <param name="flaws">What is wrong with it.</param>
    public static bool IsSigned(X509Certificate2 authority, X509Certificate peer, IEnumerable<string> uses, out X509ChainStatusFlags flaws)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        foreach (var use in uses)
            chain.ChainPolicy.ApplicationPolicy.Add(new Oid(use));
        using var certificate = X509CertificateLoader.LoadCertificate(peer.GetRawCertData());
        var isSigned = chain.Build(certificate);
        flaws = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, flaw) => all | flaw.Status);
        return isSigned;
    }
}
