using System.Net;
using System.Security.Cryptography.X509Certificates;
using Hearth.Contracts.Errors;
using Hearth.Node.DataChannel;
using Hearth.Node.Gateway;
using Hearth.Node.Tests.DataChannel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hearth.Node.Tests.Gateway;

public sealed class OperatorAccessTests : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1", ClientUse = "1.3.6.1.5.5.7.3.2";

    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _other = new();
    private readonly NodeCertificates _node;

    public OperatorAccessTests() => _node = _authority.Node();

    public void Dispose()
    {
        _node.Dispose();
        _authority.Dispose();
        _other.Dispose();
    }

    [Theory]
    [InlineData("/hearth/v1/cluster")]
    [InlineData("/hearth/v1/cluster/down")]
    [InlineData("/HEARTH/v1/Cluster/status")]
    [InlineData("/hearth/v1/sharding/locate")]
    [InlineData("/hearth/v1/nodes")]
    [InlineData("/hearth/v1/nodes/self/drain")]
    [InlineData("/hearth/v1/environments/e1")]
    [InlineData("/hearth/v1/loads")]
    [InlineData("/hearth/v1/blanks")]
    [InlineData("/hearth/v1/egress")]
    public void Without_a_certificate_a_look_into_the_cluster_is_for_this_machine_alone(string path)
    {
        var access = new OperatorAccess(_node, IPEndPoint.Parse("10.0.0.11:9073"));
        var refused = access.Refuse(Request("10.0.0.7", path))!;
        Assert.Equal(ErrorCode.AccessDenied, refused.Code);
        Assert.Contains("https://10.0.0.11:9073", refused.Message, StringComparison.Ordinal);
        Assert.Null(access.Refuse(Request("127.0.0.1", path)));
        Assert.Null(access.Refuse(Request("::1", path)));
        Assert.Null(access.Refuse(Request("10.0.0.11", path))); // Its own address.
        foreach (var proxy in new[] { "X-Forwarded-For", "Forwarded" })
        {
            var passedOn = Request("127.0.0.1", path);
            passedOn.Headers[proxy] = "10.0.0.7";
            Assert.NotNull(access.Refuse(passedOn));
        }

        Assert.DoesNotContain("https", new OperatorAccess(null, null).Refuse(Request("10.0.0.7", path))!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/2015-03-31/functions")]
    [InlineData("/hearth/v1/functions/hello/logs")]
    [InlineData("/hearth/v1/functions/hello/environments")]
    [InlineData("/hearth/v1/runtimes")]
    [InlineData("/metrics")]
    [InlineData("/readyz")]
    public void What_belongs_to_functions_and_to_load_balancers_is_answered_to_all(string path) =>
        Assert.Null(new OperatorAccess(_node, null).Refuse(Request("10.0.0.7", path)));

    [Fact]
    public async Task Over_HTTPS_a_certificate_of_the_authority_opens_everything_and_nothing_else_does()
    {
        await using var server = await ServeAsync();
        Assert.Equal("200 through", await GetAsync(server, _authority.Folder(uses: ClientUse)));
        Assert.Equal("200 through", await GetAsync(server, _authority.Folder(uses: [ServerUse, ClientUse])));
        Assert.StartsWith("403 A certificate of the cluster's authority is needed, and none was shown", await GetAsync(server, null), StringComparison.Ordinal);
        Assert.Matches("^403 The certificate CN=node 1 is of another authority", await GetAsync(server, _other.Folder(uses: ClientUse)));
        Assert.Matches("^403 The certificate CN=node [0-9]+ holds from .* to ", await GetAsync(server, _authority.Folder(days: -1, uses: ClientUse)));
        Assert.Matches("^403 The certificate CN=node [0-9]+ is not for clients", await GetAsync(server, _authority.Folder(uses: ServerUse)));
    }

    [Fact]
    public void An_operator_is_no_node()
    {
        using var shown = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_authority.Folder(uses: ClientUse), "node.pem"));
        Assert.Null(_node.WhyNoOperator(shown));
        Assert.False(_node.Trusts(shown));
    }

    // As the node makes it: the real server, and what passes before anything is answered.
    private async Task<WebApplication> ServeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IRequestAuthenticator>(new OperatorAccess(_node, null));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(OperatorAccess.Https(_node))));
        var app = builder.Build();
        app.UseMiddleware<GatewayMiddleware>();
        app.MapGet("/hearth/v1/nodes", () => "through");
        await app.StartAsync();
        return app;
    }

    private async Task<string> GetAsync(WebApplication server, string? certificates)
    {
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, server, _, _) => _node.Trusts(server);
        if (certificates is not null)
            handler.SslOptions.ClientCertificateContext = System.Net.Security.SslStreamCertificateContext.Create(
                X509Certificate2.CreateFromPemFile(Path.Combine(certificates, "node.pem"), Path.Combine(certificates, "node.key")), null, offline: true);
        using var http = new HttpClient(handler);
        using var answer = await http.GetAsync(new Uri(new Uri(server.Urls.Single()), "/hearth/v1/nodes"));
        var text = await answer.Content.ReadAsStringAsync();
        if (answer.IsSuccessStatusCode)
            return $"{(int)answer.StatusCode} {text}";
        Assert.Equal("AccessDeniedException", answer.Headers.GetValues("x-amzn-ErrorType").Single());
        return $"{(int)answer.StatusCode} {System.Text.Json.JsonDocument.Parse(text).RootElement.GetProperty("Message").GetString()}";
    }

    private static HttpRequest Request(string from, string path)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(from);
        context.Connection.LocalIpAddress = IPAddress.Parse("10.0.0.11");
        context.Request.Scheme = "http";
        context.Request.Path = path;
        return context.Request;
    }
}
