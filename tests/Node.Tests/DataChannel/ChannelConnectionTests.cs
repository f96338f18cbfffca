using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Hearth.Contracts.Errors;
using Hearth.Node.DataChannel;
using Hearth.Node.Tests.Support;
using Hearth.Node.Workers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Node.Tests.DataChannel;

/// <summary>Who may speak on the channel, and what a connection that ends means for an invocation.</summary>
public class ChannelConnectionTests
{
    [Fact]
    public async Task A_node_answers_a_ping_and_one_that_is_away_or_hangs_does_not()
    {
        await using var rig = await ChannelRig.StartAsync(TimeProvider.System);
        Assert.True(await rig.Client.PingAsync(rig.Channel, TimeSpan.FromSeconds(30)));
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        Assert.False(await Eventually.Result(rig.Client.PingAsync(silent.LocalEndpoint.ToString()!, TimeSpan.FromMilliseconds(50))));
        rig.Server.Dispose();
        Assert.False(await Eventually.Result(rig.Client.PingAsync(rig.Channel, TimeSpan.FromSeconds(30))));
    }

    [Theory]
    [InlineData("https", false)]
    [InlineData("https", true)]
    [InlineData("http", false)]
    public async Task A_client_without_a_certificate_of_the_authority_is_refused(string scheme, bool hasOne)
    {
        await using var rig = await ChannelRig.StartAsync();
        using var authority = new TestAuthority();
        using var member = rig.Authority.Node();
        using var stranger = authority.Node();
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = hasOne ? new X509CertificateCollection { stranger.Own } : null,
                RemoteCertificateValidationCallback = (_, peer, _, _) => member.Trusts(peer),
            },
        };
        using var http = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{scheme}://{rig.Channel}{ChannelServer.PingPath}");
        await Assert.ThrowsAsync<HttpRequestException>(() => Eventually.Result(http.SendAsync(request, default)));
    }

    [Fact]
    public async Task A_server_of_another_authority_is_sent_nothing()
    {
        await using var rig = await ChannelRig.StartAsync();
        await using var stranger = await ChannelRig.StartAsync();
        await rig.IdleAsync();
        var outcome = stranger.Client.InvokeAsync(rig.Channel, ChannelRig.Request("r1"), rig.LeaseOf("r1"), default);
        Assert.Equal(OutcomeKind.NotStarted, (await Eventually.Result(outcome)).Kind);
        Assert.Equal(EnvironmentState.Idle, rig.Node.State);
        Assert.False(await Eventually.Result(stranger.Client.PingAsync(rig.Channel, TimeSpan.FromSeconds(30))));
    }

    [Fact]
    public async Task What_is_no_invocation_is_an_error()
    {
        await using var rig = await ChannelRig.StartAsync();
        using var certificates = rig.Authority.Node();
        using var http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { ClientCertificates = [certificates.Own], RemoteCertificateValidationCallback = (_, peer, _, _) => certificates.Trusts(peer) },
        });
        foreach (var (path, status) in new[] { (ChannelServer.InvocationsPath, 400), (ChannelServer.LogsPath + "hello", 400), ("/elsewhere", 404) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"https://{rig.Channel}{path}");
            using var response = await Eventually.Result(http.SendAsync(request, default));
            Assert.Equal(status, (int)response.StatusCode);
        }
    }

    [Fact]
    public async Task A_node_that_ended_while_its_connection_was_idle_did_not_start_anything()
    {
        for (var round = 0; round < 20; round++)
        {
            await using var rig = await ChannelRig.StartAsync();
            Assert.True(await rig.Client.PingAsync(rig.Channel, TimeSpan.FromSeconds(30)));
            rig.Server.Dispose();
            Assert.Equal(OutcomeKind.NotStarted, (await Eventually.Result(rig.InvokeAsync(ChannelRig.Request("r1")))).Kind);
        }
    }

    /// <summary>The request meets the end of its idle connection: it was on its way, and its payload was not.</summary>
    [Fact]
    public async Task A_connection_that_is_closed_before_the_payload_was_asked_for_did_not_start_it()
    {
        using var node = new ScriptedNode();
        using var client = node.Client();
        var pinged = client.PingAsync(node.Channel, TimeSpan.FromSeconds(30));
        using (var connection = await node.AcceptAsync())
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n");
            Assert.True(await pinged);

            var outcome = InvokeAsync(client, node);
            Assert.Contains("Expect: 100-continue", await connection.ReadHeadAsync());
            node.StopListening();
            connection.Dispose();
            Assert.Equal(OutcomeKind.NotStarted, (await Eventually.Result(outcome)).Kind);
        }
    }

    [Fact]
    public async Task One_that_was_closed_so_is_made_again_where_the_node_is_still_there()
    {
        using var node = new ScriptedNode();
        using var client = node.Client();
        var outcome = InvokeAsync(client, node);
        using (var connection = await node.AcceptAsync())
            await connection.ReadHeadAsync();
        using var again = await node.AcceptAsync();
        await again.ReadHeadAsync();
        await again.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n");
        await again.ReadAsync("{}");
        await again.WriteAsync("HTTP/1.1 200 OK\r\nHearth-Head: {\"kind\":\"Succeeded\",\"lease\":\"Reusable\",\"timedOut\":false,\"Kind\":\"Succeeded\",\"Lease\":\"Reusable\",\"TimedOut\":false}\r\nContent-Length: 2\r\n\r\n{}");
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(outcome)).Kind);
    }

    [Fact]
    public async Task A_connection_that_is_closed_after_the_payload_may_have_started_it_and_it_is_not_sent_again()
    {
        using var node = new ScriptedNode();
        using var client = node.Client();
        var outcome = InvokeAsync(client, node);
        using (var connection = await node.AcceptAsync())
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n");
            await connection.ReadAsync("{}");
        }

        var answer = await Eventually.Result(outcome);
        Assert.Equal((OutcomeKind.Refused, ErrorCode.Service), (answer.Kind, answer.Error?.Code));
        Assert.False(node.IsAskedAgain);
    }

    [Fact]
    public async Task Without_a_payload_it_may_have_started_once_it_is_sent()
    {
        using var node = new ScriptedNode();
        using var client = node.Client();
        var outcome = InvokeAsync(client, node, "");
        using (var connection = await node.AcceptAsync())
            Assert.DoesNotContain("Expect", await connection.ReadHeadAsync());
        var answer = await Eventually.Result(outcome);
        Assert.Equal((OutcomeKind.Refused, ErrorCode.Service), (answer.Kind, answer.Error?.Code));
        Assert.False(node.IsAskedAgain);
    }

    private static Task<InvocationOutcome> InvokeAsync(ChannelClient client, ScriptedNode node, string payload = "{}") =>
        client.InvokeAsync(node.Channel, ChannelRig.Request("r1", payload), Samples.Lease(Samples.Environment(1)) with { ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(60) }, default);

    /// <summary>A node whose every byte the test writes.</summary>
    private sealed class ScriptedNode : IDisposable
    {
        private readonly TestAuthority _authority = new();
        private readonly NodeCertificates _certificates;
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public ScriptedNode()
        {
            _certificates = _authority.Node();
            _listener.Start();
            Channel = _listener.LocalEndpoint.ToString()!;
        }

        public string Channel { get; }

        public bool IsAskedAgain => _listener.Pending();

        public ChannelClient Client() => new(_certificates, TimeProvider.System, NullLogger<ChannelClient>.Instance);

        public async Task<ScriptedConnection> AcceptAsync()
        {
            var stream = new SslStream((await Eventually.Result(_listener.AcceptTcpClientAsync())).GetStream());
            await Eventually.Ends(stream.AuthenticateAsServerAsync(_certificates.Own, clientCertificateRequired: false, SslProtocols.None, checkCertificateRevocation: false));
            return new ScriptedConnection(stream);
        }

        public void StopListening() => _listener.Stop();

        public void Dispose()
        {
            _listener.Dispose();
            _certificates.Dispose();
            _authority.Dispose();
        }
    }

    private sealed class ScriptedConnection(SslStream stream) : IDisposable
    {
        public async Task<string> ReadHeadAsync() => await ReadUntilAsync(text => text.EndsWith("\r\n\r\n", StringComparison.Ordinal));

        public async Task ReadAsync(string text) => await ReadUntilAsync(read => read == text);

        public Task WriteAsync(string text) => stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text)).AsTask();

        public void Dispose() => stream.Dispose();

        private async Task<string> ReadUntilAsync(Predicate<string> isAll)
        {
            var (text, one) = (new System.Text.StringBuilder(), new byte[1]);
            while (!isAll(text.ToString()))
            {
                Assert.Equal(1, await Eventually.Result(stream.ReadAsync(one).AsTask()));
                text.Append((char)one[0]);
            }

            return text.ToString();
        }
    }
}
