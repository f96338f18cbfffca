using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hearth.Contracts.Identity;

namespace Hearth.Node.DataChannel;

/// <summary>By what the nodes of a cluster know each other: this node's certificate, and the authority that signs every node's.</summary>
internal sealed class NodeCertificates : IDisposable
{
    private const string AuthorityFile = "ca.pem", CertificateFile = "node.pem", KeyFile = "node.key";

    private static readonly string[] BothEnds = [AuthorityCertificates.ServerUse, AuthorityCertificates.ClientUse];

    private readonly X509Certificate2 _authority;
    private readonly TimeProvider _time;

    private NodeCertificates(X509Certificate2 authority, X509Certificate2 own, TimeProvider time) => (_authority, Own, _time) = (authority, own, time);

    /// <summary>With its key.</summary>
    public X509Certificate2 Own { get; }

    /// <summary>When the first of the two ends: this node's certificate or its authority's.</summary>
    public DateTimeOffset EndsAt => Own.NotAfter < _authority.NotAfter ? Own.NotAfter : _authority.NotAfter;

    /// <param name="folder">Holds <c>ca.pem</c>, <c>node.pem</c> and <c>node.key</c>.</param>
    /// <exception cref="InvalidOperationException">One is missing or is none, they do not belong together, or are not of today.</exception>
    public static NodeCertificates Load(string folder, TimeProvider time)
    {
        var (path, key) = (Path.Combine(folder, CertificateFile), Path.Combine(folder, KeyFile));
        var authorityPath = Path.Combine(folder, AuthorityFile);
        var authority = Read(authorityPath, () => X509CertificateLoader.LoadCertificateFromFile(authorityPath));
        var own = Read($"{path} with the key {key}", () =>
        {
            using var pem = X509Certificate2.CreateFromPemFile(path, key);

            // A key that has been in no store is of no use to a TLS server.
            return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        });
        var now = time.GetUtcNow().LocalDateTime;
        AssertHolds(authority, authorityPath, now);
        AssertHolds(own, path, now);
        var certificates = new NodeCertificates(authority, own, time);
        if (certificates.IsTrusted(own, BothEnds, out var flaws))
            return certificates;
        throw new InvalidOperationException(flaws.HasFlag(X509ChainStatusFlags.NotValidForUsage)
            ? $"{path} is not for servers and clients both, as its extended key usage has it."
            : $"{path} is not signed by {authorityPath}: no other node would trust it.");
    }

    /// <summary>
    /// Whether the authority has signed it, it is of today, and it is for both ends of a connection where it says what it is for.
    /// Whose it is does not matter: all nodes may do the same.
    /// </summary>
    public bool Trusts(X509Certificate? peer) => peer is not null && IsTrusted(peer, BothEnds, out _);

    /// <summary>Why this is no certificate of an operator or a node, as a sentence; null where it is one.</summary>
    public string? WhyNoOperator(X509Certificate2? peer)
    {
        if (peer is null)
            return "A certificate of the cluster's authority is needed, and none was shown: hearth --certificates DIR.";
        var now = _time.GetUtcNow().LocalDateTime;
        if (now < peer.NotBefore || now > peer.NotAfter)
            return $"The certificate {peer.Subject} holds from {peer.NotBefore.ToUniversalTime():u} to {peer.NotAfter.ToUniversalTime():u}, and it is {now.ToUniversalTime():u}.";
        if (IsTrusted(peer, [AuthorityCertificates.ClientUse], out var flaws))
            return null;
        return flaws.HasFlag(X509ChainStatusFlags.NotValidForUsage)
            ? $"The certificate {peer.Subject} is not for clients, as its extended key usage has it."
            : $"The certificate {peer.Subject} is of another authority than the cluster's.";
    }

    /// <summary>What ends within <paramref name="margin"/>, as a sentence for each.</summary>
    public IEnumerable<string> Ending(TimeSpan margin)
    {
        var soon = _time.GetUtcNow().LocalDateTime + margin;
        foreach (var (certificate, file) in new[] { (Own, CertificateFile), (_authority, AuthorityFile) })
        {
            if (certificate.NotAfter < soon)
                yield return $"{file} ends on {certificate.NotAfter.ToUniversalTime():u}: deploy/certificates.sh makes another, which counts once the node starts again";
        }
    }

    /// <summary>As a client: shows <see cref="Own"/>, and talks to those it trusts.</summary>
    public SslClientAuthenticationOptions ClientOptions() => new()
    {
        ClientCertificateContext = SslStreamCertificateContext.Create(Own, additionalCertificates: null, offline: true),
        RemoteCertificateValidationCallback = (_, peer, _, _) => Trusts(peer),
    };

    public void Dispose()
    {
        _authority.Dispose();
        Own.Dispose();
    }

    private bool IsTrusted(X509Certificate peer, string[] uses, out X509ChainStatusFlags flaws) =>
        AuthorityCertificates.IsSigned(_authority, peer, uses, out flaws);

    private static void AssertHolds(X509Certificate2 certificate, string path, DateTime now)
    {
        if (now > certificate.NotAfter)
            throw new InvalidOperationException($"{path} ended on {certificate.NotAfter.ToUniversalTime():u}: deploy/certificates.sh makes another. A node that shows it would be let in by no other.");
        if (now < certificate.NotBefore)
            throw new InvalidOperationException($"{path} holds from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u}, and it is {now.ToUniversalTime():u}.");
    }

    private static X509Certificate2 Read(string what, Func<X509Certificate2> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidOperationException($"The certificate {what} cannot be used: {failure.Message}", failure);
        }
    }
}
