using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Conformance.Tests.Nodes;
using Conformance.Tests.Tools;

namespace Conformance.Tests.Images;

/// <summary>Debian's docker-registry on a free loopback port: open and without TLS, or with both TLS and a password.</summary>
internal sealed class Registry : IAsyncDisposable
{
    public const string User = "hearth", Password = "open sesame";

    private const string PasswordLine = "hearth:$2b$04$K0fqgVDnikh3ubQCWQeOdO.NogAdrHtmu6BSWZtqUDYlwClalAgba";

    private readonly Process _process;
    private readonly string? _trusted;

    private Registry(Process process, string host, string? trusted) => (_process, Host, _trusted) = (process, host, trusted);

    public string Host { get; }

    /// <param name="folder">For its files.</param>
    /// <param name="guarded">With a certificate that this machine trusts for this registry alone, and a password.</param>
    public static async Task<Registry> StartAsync(string folder, bool guarded = false)
    {
        while (true)
        {
            var host = $"127.0.0.1:{FreePort()}";
            var settings = Path.Combine(folder, "registry.yml");
            await File.WriteAllTextAsync(settings, $"""
                version: 0.1
                storage:
                  filesystem:
                    rootdirectory: "{folder}/registry"
                http:
                  addr: "{host}"{(guarded ? Guards(folder) : "")}
                log:
                  level: error
                  accesslog:
                    disabled: true
                """);
            var process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", settings]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.ErrorDataReceived += (_, _) => { };
            process.OutputDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            process.BeginOutputReadLine();
            var registry = new Registry(process, host, guarded ? Trust(folder, host) : null);
            using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
            using var http = new HttpClient(handler);
            var address = new Uri($"{(guarded ? "https" : "http")}://{host}/v2/");
            await Patience.UntilAsync(async () => process.HasExited || await AnswersAsync(http, address), "the registry serves");
            if (!process.HasExited)
                return registry;
            await registry.DisposeAsync(); // Somebody else has taken the port.
        }
    }

    /// <summary>Copies an image of a layout to <c>name</c> or <c>name:tag</c>.</summary>
    public Task PushAsync(Layout layout, string tag, string name) => Command.RunAsync(
        "skopeo",
        [
            "--insecure-policy", "copy", "-q", "--dest-tls-verify=false", .. _trusted is null ? (string[])[] : ["--dest-creds", $"{User}:{Password}"],
            layout.Uri(tag), $"docker://{Host}/{name}",
        ]);

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        if (_trusted is not null)
            Directory.Delete(_trusted, recursive: true);
    }

    // The registry's own settings, indented as they stand under "http:", and its password file.
    private static string Guards(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=hearth test registry", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(folder, "registry.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "registry.key"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(folder, "htpasswd"), PasswordLine + "\n");
        return $"""

              tls:
                certificate: "{folder}/registry.crt"
                key: "{folder}/registry.key"
            auth:
              htpasswd:
                realm: hearth
                path: "{folder}/htpasswd"
            """;
    }

    private static string Trust(string folder, string host)
    {
        var trusted = Directory.CreateDirectory($"/etc/containers/certs.d/{host}").FullName;
        File.Copy(Path.Combine(folder, "registry.crt"), Path.Combine(trusted, "ca.crt"), overwrite: true);
        return trusted;
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static async Task<bool> AnswersAsync(HttpClient http, Uri address)
    {
        try
        {
            using var answer = await http.GetAsync(address);
            return answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Unauthorized;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
