using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hearth.Client.Tests.Fakes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Hearth.Client.Tests.Http;

public sealed class OperatorCertificatesTests : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1", ClientUse = "1.3.6.1.5.5.7.3.2";

    private readonly TempFolder _folder = new();
    private readonly X509Certificate2 _authority = NewAuthority(), _other = NewAuthority();

    public void Dispose()
    {
        _authority.Dispose();
        _other.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("client")]
    [InlineData("node")]
    public async Task The_certificate_is_shown_and_the_nodes_is_looked_at(string name)
    {
        Write(_authority, _authority, name);
        using var shown = NewServer(_authority, ServerUse);
        await using var node = await ServeAsync(shown);
        Assert.Equal("CN=someone", await AskAsync(node));
    }

    [Theory]
    [InlineData(false, ServerUse)]
    [InlineData(true, ClientUse)]
    public async Task A_node_of_another_authority_and_an_operator_that_plays_a_node_are_not_asked(bool isOfTheAuthority, string use)
    {
        Write(_authority, _authority, "client");
        using var shown = NewServer(isOfTheAuthority ? _authority : _other, use);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var served = PlayNodeAsync(listener, shown);
        using var client = new HearthClient(Options(new Uri($"https://{listener.LocalEndpoint}")));
        var failure = await Assert.ThrowsAsync<HearthUnreachableException>(() => client.ListRuntimesAsync());
        Assert.Contains($"shows a certificate that is not of the authority {Path.Combine(_folder.Path, "ca.pem")}", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.MayHaveBeenDone);
        await Task.WhenAny(served); // However that ends.
    }

    [Fact]
    public void What_is_wrong_with_a_file_is_said_with_its_name()
    {
        Assert.Contains("There is no client.pem in the folder", Refused(), StringComparison.Ordinal);
        Write(_authority, _other, "client");
        Assert.Contains("client.pem is not signed by", Refused(), StringComparison.Ordinal);
        Write(_authority, _authority, "client", days: -1);
        Assert.Contains($"client.pem ended on {DateTimeOffset.UtcNow.AddDays(-1):yyyy-MM-dd}", Refused(), StringComparison.Ordinal);
        Write(_authority, _authority, "client");
        _folder.Write("client.key", "no key");
        Assert.Contains("client.key cannot be used", Refused(), StringComparison.Ordinal);
    }

    private string Refused() => Assert.Throws<ArgumentException>(() => new HearthClient(Options(new Uri("https://127.0.0.1:1")))).Message;

    private HearthClientOptions Options(Uri endpoint) => new() { Endpoint = endpoint, Certificates = _folder.Path, Retry = new() { MaxAttempts = 1 } };

    private async Task<string> AskAsync(WebApplication node)
    {
        using var client = new HearthClient(Options(new Uri(node.Urls.Single())));
        return (await client.ListRuntimesAsync()).Node;
    }

    // Kestrel itself would not show one that is for clients.
    private static async Task PlayNodeAsync(TcpListener listener, X509Certificate2 shown)
    {
        using var caller = await listener.AcceptTcpClientAsync();
        await using var tls = new SslStream(caller.GetStream());
        await tls.AuthenticateAsServerAsync(shown);
    }

    private static X509Certificate2 NewServer(X509Certificate2 issuer, string use)
    {
        using var pem = Sign(issuer, "CN=node", 1, use);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    private static async Task<WebApplication> ServeAsync(X509Certificate2 shown)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(new HttpsConnectionAdapterOptions
        {
            ServerCertificate = shown,
            ClientCertificateMode = ClientCertificateMode.AllowCertificate,
            ClientCertificateValidation = (_, _, _) => true,
        })));
        var app = builder.Build();
        app.MapGet(Contracts.Api.NodeApi.Runtimes, (HttpContext context) =>
            Results.Content($$"""{"Node":"{{context.Connection.ClientCertificate?.Subject}}","Sandbox":"process","Runtimes":[]}""", "application/json"));
        await app.StartAsync();
        return app;
    }

    private void Write(X509Certificate2 trusted, X509Certificate2 issuer, string name, int days = 1)
    {
        using var own = Sign(issuer, "CN=someone", days, ClientUse);
        _folder.Write("ca.pem", trusted.ExportCertificatePem());
        _folder.Write($"{name}.pem", own.ExportCertificatePem());
        _folder.Write($"{name}.key", own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    private static X509Certificate2 NewAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=authority {Guid.NewGuid():N}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-3), DateTimeOffset.UtcNow.AddDays(3));
    }

    private static X509Certificate2 Sign(X509Certificate2 issuer, string subject, int days, string use)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: false));
        using var signed = request.Create(issuer, DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(days), RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }
}
