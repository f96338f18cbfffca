using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Hearth.Contracts;
using Hearth.Node.DataChannel;
using Hearth.Node.Tests.Support;
using Hearth.Node.Workers;

namespace Hearth.Node.Tests.DataChannel;

/// <summary>What a channel makes of requests that no node of this build sends.</summary>
public sealed class ChannelRequestTests : IAsyncLifetime
{
    private const string Lease =
        "{\"EnvironmentId\":{\"Value\":\"e1\"},\"WorkerId\":\"node\",\"RequestId\":\"r1\",\"Version\":\"$LATEST\",\"ExpiresAt\":\"2026-11-02T10:01:03Z\"}";

    private const string Head = $"{{\"Lease\":{Lease},\"InvokedFunctionArn\":\"arn\",\"TraceId\":\"trace\"}}";

    private ChannelRig _rig = null!;
    private Task<Delivery?> _next = null!;

    /// <summary>The runtime waits for its first invocation.</summary>
    public async Task InitializeAsync()
    {
        _rig = await ChannelRig.StartAsync();
        _next = await _rig.IdleAsync();
    }

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"Lease\":null}")]
    public async Task A_head_without_a_lease_is_an_error(string head)
    {
        Assert.StartsWith("HTTP/1.1 400", await AnswerAsync(head, "Content-Length: 2\r\n\r\n{}"));
        Assert.Equal(EnvironmentState.Idle, _rig.Node.State);
    }

    [Fact]
    public async Task A_payload_without_a_length_is_an_error_and_runs_nothing()
    {
        Assert.StartsWith("HTTP/1.1 400", await AnswerAsync(Head, "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"));
        Assert.Equal(EnvironmentState.Idle, _rig.Node.State);
    }

    [Theory]
    [InlineData(Limits.RequestPayloadBytes + 1L)]
    [InlineData(2_000_000_000L)]
    [InlineData(5_000_000_000L)]
    public async Task A_payload_over_the_limit_is_an_error_before_any_of_it_is_read(long length)
    {
        Assert.StartsWith("HTTP/1.1 400", await AnswerAsync(Head, $"Content-Length: {length}\r\n\r\n"));
        Assert.Equal(EnvironmentState.Idle, _rig.Node.State);
    }

    [Fact]
    public async Task Members_that_this_build_does_not_know_are_ignored()
    {
        var answer = AnswerAsync(Head.Insert(1, "\"Later\":{\"a\":[1]},"), "Content-Length: 2\r\n\r\n{}");
        Assert.Equal("{}", Encoding.UTF8.GetString((await Eventually.Result(_next))!.Invocation.Payload.Span));
        _rig.Node.Respond("r1");
        Assert.StartsWith("HTTP/1.1 200", await answer);
    }

    /// <summary>A machine that vanishes in the middle of its request sends nothing more, and no end either.</summary>
    [Fact]
    public async Task A_payload_that_stops_coming_is_not_waited_for()
    {
        var answer = await AnswerAsync(Head, "Content-Length: 100\r\n\r\n{");
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal), answer);
        Assert.Equal(EnvironmentState.Idle, _rig.Node.State);
    }

    [Fact]
    public void The_head_is_as_this_build_writes_it() =>
        Assert.Equal(Samples.Lease(Samples.Environment(1)), JsonSerializer.Deserialize(Head, ChannelJson.Default.InvocationHead)!.Lease);

    // The first line of the answer; empty where the connection ends without one.
    private async Task<string> AnswerAsync(string head, string rest)
    {
        using var certificates = _rig.Authority.Node();
        var address = IPEndPoint.Parse(_rig.Channel);
        using var client = new TcpClient();
        await client.ConnectAsync(address);
        await using var stream = new SslStream(client.GetStream());
        await Eventually.Ends(stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = address.Address.ToString(),
            ClientCertificateContext = SslStreamCertificateContext.Create(certificates.Own, additionalCertificates: null, offline: true),
            RemoteCertificateValidationCallback = (_, peer, _, _) => certificates.Trusts(peer),
        }));
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {ChannelServer.InvocationsPath} HTTP/1.1\r\nHost: {address}\r\n{ChannelServer.HeadHeader}: {head}\r\n{rest}"));
        using var reader = new StreamReader(stream);
        try
        {
            return await Eventually.Result(reader.ReadLineAsync()) ?? "";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
