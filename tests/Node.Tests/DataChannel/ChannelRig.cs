using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Hearth.Contracts.Environments;
using Hearth.Node.DataChannel;
using Hearth.Node.Logs;
using Hearth.Node.Tests.Support;
using Hearth.Node.Tests.Workers;
using Hearth.Node.Workers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Node.Tests.DataChannel;

/// <summary>One node's channel over loopback, and what another node calls it by. The test plays the runtime (<see cref="Node"/>).</summary>
internal sealed class ChannelRig : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hearth-channel-");
    private readonly WebApplication _host = WebApplication.CreateSlimBuilder().Build();
    private readonly NodeCertificates _serverCertificates;
    private readonly NodeCertificates _clientCertificates;

    private ChannelRig(IPEndPoint endPoint, TimeProvider? clientTime)
    {
        _serverCertificates = Authority.Node();
        _clientCertificates = Authority.Node();
        Channel = endPoint.ToString();
        Logs = new FunctionLogs(_folder.FullName, new FunctionLogOptions(), Clock, NullLogger<FunctionLogs>.Instance);
        Environments.Enter(Node.Environment);
        Server = new ChannelServer(endPoint, _serverCertificates, Environments, Logs, _host.Services, NullLoggerFactory.Instance);
        Client = new ChannelClient(_clientCertificates, clientTime ?? Node.Time, NullLogger<ChannelClient>.Instance);
    }

    public TestAuthority Authority { get; } = new();

    public EnvironmentRig Node { get; } = new();

    public EnvironmentTable Environments { get; } = new(TimeProvider.System);

    /// <summary>The logs' clock.</summary>
    public ManualClock Clock { get; } = new();

    public FunctionLogs Logs { get; }

    public ChannelServer Server { get; }

    public ChannelClient Client { get; }

    public string Channel { get; }

    public string Environment => Node.Environment.Id.Value;

    /// <param name="clientTime">The environment's where not given.</param>
    public static async Task<ChannelRig> StartAsync(TimeProvider? clientTime = null)
    {
        var rig = new ChannelRig(FreeEndPoint(), clientTime);
        await rig.Server.StartAsync(default);
        return rig;
    }

    /// <summary>An address that nobody listens at.</summary>
    public static IPEndPoint FreeEndPoint()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }

    public static Invocation Request(string requestId, string payload = "{}", bool wantsStream = false) =>
        new(requestId, Encoding.UTF8.GetBytes(payload), "arn", null, "trace", WantsLogTail: false, wantsStream);

    /// <summary>The runtime asks for its next invocation.</summary>
    public async Task<Task<Delivery?>> IdleAsync()
    {
        if (Node.State == EnvironmentState.Starting)
            Node.StartSandbox();
        var next = Node.NextAsync();
        await Eventually.Holds(() => Node.State == EnvironmentState.Idle, "the runtime waits");
        return next;
    }

    public Task<InvocationOutcome> InvokeAsync(Invocation invocation, CancellationToken workerLost = default) =>
        Client.InvokeAsync(Channel, invocation, LeaseOf(invocation.RequestId), workerLost);

    public Lease LeaseOf(string requestId) => Samples.Lease(Node.Environment.Id, requestId);

    /// <summary>An invocation that the runtime has by now.</summary>
    public async Task<Task<InvocationOutcome>> InvokingAsync(string requestId, bool wantsStream = false, CancellationToken workerLost = default)
    {
        var next = await IdleAsync();
        var outcome = InvokeAsync(Request(requestId, wantsStream: wantsStream), workerLost);
        Assert.Equal(requestId, (await Eventually.Result(next))!.Invocation.RequestId);
        return outcome;
    }

    /// <summary>A response that streams: the runtime's end of it, and the caller's.</summary>
    public async Task<(ResponseStream Runtime, ResponseStream Caller)> StreamingAsync(string requestId, CancellationToken workerLost = default)
    {
        var outcome = await InvokingAsync(requestId, wantsStream: true, workerLost);
        var (_, stream) = Node.Environment.BeginResponse(requestId);
        var answer = await Eventually.Result(outcome);
        Assert.Equal(OutcomeKind.Streaming, answer.Kind);
        return (stream!, answer.Stream!);
    }

    public static ReadOnlySequence<byte> Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Server.Dispose();
        Node.Dispose();
        await Logs.DisposeAsync();
        await _host.DisposeAsync();
        _serverCertificates.Dispose();
        _clientCertificates.Dispose();
        Authority.Dispose();
        _folder.Delete(recursive: true);
    }
}
