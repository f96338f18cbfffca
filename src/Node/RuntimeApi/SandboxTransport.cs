using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Hearth.Contracts.Environments;
using Hearth.Node.Workers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Hearth.Node.RuntimeApi;

/// <summary>
/// Feeds one Kestrel server from many listening sockets that come and go: one an environment, each opened inside its
/// sandbox's network. Kestrel's own endpoints are fixed when it starts.
/// </summary>
internal sealed class SandboxTransport(ILoggerFactory loggers) : IConnectionListenerFactory, IConnectionListener, IRuntimeApiListeners
{
    /// <summary>Connections one sandbox may hold: the runtime's own and room for extensions.</summary>
    private const int MaxConnections = 32;

    // Inline: a request is read, answered and handed to its caller on one thread. Nothing on that way blocks.
    private readonly SocketConnectionContextFactory _connections =
        new(new SocketConnectionFactoryOptions { UnsafePreferInlineScheduling = true }, loggers.CreateLogger<SocketConnectionContextFactory>());

    private readonly Channel<ConnectionContext> _accepted =
        Channel.CreateBounded<ConnectionContext>(new BoundedChannelOptions(256) { SingleReader = true });

    private readonly ConcurrentDictionary<EnvironmentId, Listener> _listeners = new();

    public EndPoint EndPoint { get; } = new SandboxEndPoint();

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_accepted.Reader.TryRead(out var connection))
                return connection;
        }

        return null;
    }

    public void Serve(ExecutionEnvironment environment, Socket listener)
    {
        Stop(environment.Id);
        var served = _listeners[environment.Id] = new Listener(environment, listener);
        _ = AcceptFromAsync(served);
    }

    public void Stop(EnvironmentId environmentId)
    {
        if (_listeners.TryRemove(environmentId, out var listener))
            listener.Close();
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        foreach (var environmentId in _listeners.Keys)
            Stop(environmentId);
        _accepted.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _connections.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptFromAsync(Listener listener)
    {
        try
        {
            while (true)
            {
                var socket = await listener.Socket.AcceptAsync();
                socket.NoDelay = true;
                if (listener.Count >= MaxConnections)
                {
                    socket.Dispose();
                    continue;
                }

                var connection = _connections.Create(socket);
                connection.Features.Set(listener.Environment);
                connection.Features.Set(listener.Bodies);
                listener.Track(connection);
                await _accepted.Writer.WriteAsync(connection);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or ChannelClosedException)
        {
            // The listener was closed with its environment.
        }
    }

    private sealed class Listener(ExecutionEnvironment environment, Socket socket)
    {
        private readonly ConcurrentDictionary<ConnectionContext, bool> _open = new();

        public ExecutionEnvironment Environment => environment;

        public BodyTurns Bodies { get; } = BodyTurns.Create();

        public Socket Socket => socket;

        public int Count => _open.Count;

        public void Track(ConnectionContext connection)
        {
            _open[connection] = true;
            connection.ConnectionClosed.Register(() => _open.TryRemove(connection, out _));
        }

        public void Close()
        {
            socket.Dispose();
            foreach (var connection in _open.Keys)
                connection.Abort(new ConnectionAbortedException("The environment has ended."));
        }
    }
}

/// <summary>Stands for all sandboxes' listeners where Kestrel asks for an address.</summary>
internal sealed class SandboxEndPoint : EndPoint
{
    public override string ToString() => "sandboxes";
}
