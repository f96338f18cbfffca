using System.Net;
using System.Net.Sockets;
using System.Text;
using Hearth.Node.RuntimeApi;
using Hearth.Node.Tests.Support;
using Hearth.Node.Tests.Workers;
using Hearth.Node.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Node.Tests.RuntimeApi;

/// <summary>The Runtime API on real sockets before a real environment. The test is the runtime and the caller.</summary>
public abstract class RuntimeApiRig : IAsyncLifetime, IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddLogging().BuildServiceProvider();
    private readonly SandboxTransport _transport = new(NullLoggerFactory.Instance);
    private readonly RuntimeApiServer _server;
    private readonly List<RawConnection> _connections = [];
    private int _environments;

    protected RuntimeApiRig() => _server = new RuntimeApiServer(_transport, _services, NullLoggerFactory.Instance);

    private protected Served Environment { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await _server.StartAsync(default);
        Environment = Serve();
    }

    public async Task DisposeAsync()
    {
        foreach (var connection in _connections)
            connection.Dispose();
        await _server.StopAsync(default);
        await _services.DisposeAsync();
    }

    public void Dispose()
    {
        _server.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>One more environment, with a listener of its own.</summary>
    private protected Served Serve()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var served = new Served(++_environments, listener.LocalEndPoint!);
        _transport.Serve(served.Environment, listener);
        served.Environment.SandboxStarted(served.Sandbox, Samples.Start);
        return served;
    }

    private protected void StopServing(Served served) => _transport.Stop(served.Environment.Id);

    private protected RawConnection Connect(Served? served = null)
    {
        var connection = RawConnection.To((served ?? Environment).Address);
        _connections.Add(connection);
        return connection;
    }

    /// <summary>A connection whose runtime has the invocation <c>r1</c>.</summary>
    private protected async Task<(RawConnection Runtime, Task<InvocationOutcome> Outcome)> InvokingAsync(bool wantsStream = false)
    {
        var runtime = Connect();
        await runtime.GetNextAsync();
        var outcome = Environment.InvokeAsync("r1", wantsStream: wantsStream);
        Assert.Equal(200, (await runtime.ReceiveAsync()).Status);
        return (runtime, outcome);
    }

    private protected sealed class Served : IEnvironmentOwner
    {
        public Served(int number, EndPoint address)
        {
            var id = Samples.Environment(number);
            Address = address;
            var log = new PlatformLog(new CollectingLog(), "hello", "s", TimeProvider.System);
            Sandbox = new FakeSandbox(log);
            Environment = new ExecutionEnvironment(
                id, Samples.Spec(settings: Samples.Settings with { TimeoutSeconds = 900 }), Samples.Lease(id), log, this, TimeProvider.System);
        }

        public EndPoint Address { get; }

        public FakeSandbox Sandbox { get; }

        public ExecutionEnvironment Environment { get; }

        public Task<InvocationOutcome> InvokeAsync(string requestId, string payload = "{}", string? clientContext = null, bool wantsStream = false) => Environment.InvokeAsync(
            new Invocation(requestId, Encoding.UTF8.GetBytes(payload), "arn:aws:lambda:us-east-1:000000000000:function:hello:$LATEST", clientContext, "Root=1-2-3", false, wantsStream),
            Samples.Lease(Environment.Id, requestId));

        void IEnvironmentOwner.Initialized()
        {
        }

        void IEnvironmentOwner.ResetWanted()
        {
        }

        void IEnvironmentOwner.StopWanted()
        {
        }
    }
}
