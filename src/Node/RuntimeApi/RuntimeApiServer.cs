using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Hearth.Node.RuntimeApi;

/// <summary>
/// AWS's Runtime API, version 2018-06-01, for every environment of this node. A Kestrel of its own, without middleware,
/// beside the gateway's: nothing that a sandbox sends can reach a route of the gateway.
/// </summary>
/// <remarks>Source: developer guide, "Using the Lambda runtime API"; status codes and error types from AWS's emulator.</remarks>
internal sealed class RuntimeApiServer(SandboxTransport transport, IServiceProvider services, ILoggerFactory loggers)
    : IHostedService, IHttpApplication<HttpContext>, IDisposable
{
    private readonly KestrelServer _server = new(Options.Create(ServerOptions(transport, services)), transport, loggers);
    private readonly ILogger _log = loggers.CreateLogger<RuntimeApiServer>();

    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(this, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public void Dispose() => _server.Dispose();

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        try
        {
            await RuntimeApiRoutes.HandleAsync(context);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            // The sandbox closed its connection; its timers say what becomes of the invocation.
            _log.LogDebug(failure, "A sandbox left in the middle of a request");
            context.Abort();
        }
    }

    private static KestrelServerOptions ServerOptions(SandboxTransport transport, IServiceProvider services)
    {
        var options = new KestrelServerOptions { ApplicationServices = services, AddServerHeader = false };
        options.Limits.MaxRequestBodySize = RuntimeBody.ReadBytes;

        // A runtime is quiet for as long as its function is not invoked, and may be frozen meanwhile.
        options.Limits.KeepAliveTimeout = TimeSpan.FromDays(1);
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        options.Listen(transport.EndPoint);
        return options;
    }
}
