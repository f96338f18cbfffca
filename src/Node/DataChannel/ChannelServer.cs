using System.Net;
using System.Text.Json;
using Hearth.Contracts;
using Hearth.Contracts.Api;
using Hearth.Node.Logs;
using Hearth.Node.Workers;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Hearth.Node.DataChannel;

/// <summary>
/// Where this node takes invocations from other nodes, for environments that those have leased: HTTP/1.1 with mutual TLS, on a
/// Kestrel of its own. <c>POST /invocations</c>: the head in a header, the payload as the body; the same for the answer.
/// <c>GET /logs/{function}</c>: the query in a header, lines of JSON as the answer. <c>GET /ping</c> answers at once.
/// </summary>
internal sealed class ChannelServer(
    IPEndPoint endPoint, NodeCertificates certificates, EnvironmentTable environments, FunctionLogs logs, IServiceProvider services, ILoggerFactory loggers)
    : IHostedService, IHttpApplication<HttpContext>, IDisposable
{
    public const string HeadHeader = "Hearth-Head", InvocationsPath = "/channel/v1/invocations", LogsPath = "/channel/v1/logs/", PingPath = "/channel/v1/ping";

    private readonly KestrelServer _server = new(
        Options.Create(ServerOptions(endPoint, certificates, services)),
        new SocketTransportFactory(Options.Create(new SocketTransportOptions { UnsafePreferInlineScheduling = true }), loggers),
        loggers);

    private readonly ILogger _log = loggers.CreateLogger<ChannelServer>();

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
            var path = context.Request.Path.Value ?? "";
            if (context.Request.Method == HttpMethods.Post && path == InvocationsPath)
                await InvokeAsync(context);
            else if (path.StartsWith(LogsPath, StringComparison.Ordinal))
                await ReadLogsAsync(context, path[LogsPath.Length..]);
            else
                context.Response.StatusCode = path == PingPath ? StatusCodes.Status204NoContent : StatusCodes.Status404NotFound;
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            // A function runs on when its caller leaves.
            _log.LogDebug(failure, "A gateway left in the middle of a request");
            context.Abort();
        }
    }

    private async Task InvokeAsync(HttpContext context)
    {
        var head = JsonSerializer.Deserialize(context.Request.Headers[HeadHeader].ToString(), ChannelJson.Default.InvocationHead);

        // Kestrel sees to the limit when it reads: the room for it is made before.
        if (head?.Lease is null || context.Request.ContentLength is not { } length || length > Limits.RequestPayloadBytes)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        var payload = new byte[length];
        await context.Request.Body.ReadExactlyAsync(payload, context.RequestAborted);
        var outcome = await environments.InvokeAsync(head.With(payload), head.Lease);

        var response = context.Response;
        response.Headers[HeadHeader] = JsonSerializer.Serialize(OutcomeHead.Of(outcome), ChannelJson.Default.OutcomeHead);
        if (outcome.Stream is { } stream)
        {
            await PassOnAsync(stream, context);
            return;
        }

        response.ContentLength = outcome.Payload.Length;
        await response.Body.WriteAsync(outcome.Payload, context.RequestAborted);
    }

    private async Task ReadLogsAsync(HttpContext context, string function)
    {
        var query = JsonSerializer.Deserialize(context.Request.Headers[HeadHeader].ToString(), ChannelJson.Default.LogQuery)!;
        await context.Response.StartAsync(context.RequestAborted);
        await foreach (var line in logs.ReadAsync(function, query, context.RequestAborted))
        {
            await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(line, ApiJson.Relaxed.LogLine), context.RequestAborted);
            await context.Response.Body.WriteAsync("\n"u8.ToArray(), context.RequestAborted);
        }
    }

    private static async Task PassOnAsync(ResponseStream stream, HttpContext context)
    {
        var (body, frames) = (stream.Body, context.Response.BodyWriter);
        try
        {
            await frames.FlushAsync(context.RequestAborted);
            for (var isCompleted = false; !isCompleted;)
            {
                var read = await body.ReadAsync(context.RequestAborted);
                isCompleted = read.IsCompleted;
                if (!read.Buffer.IsEmpty)
                    ChannelFrames.Write(frames, read.Buffer);
                body.AdvanceTo(read.Buffer.End);
                await frames.FlushAsync(context.RequestAborted);
            }
        }
        finally
        {
            await body.CompleteAsync();
        }

        ChannelFrames.WriteEnding(frames, await stream.Ended);
        await frames.FlushAsync(context.RequestAborted);
    }

    private static KestrelServerOptions ServerOptions(IPEndPoint endPoint, NodeCertificates certificates, IServiceProvider services)
    {
        var options = new KestrelServerOptions { ApplicationServices = services, AddServerHeader = false };
        options.Limits.MaxRequestBodySize = Limits.RequestPayloadBytes;
        options.Limits.MaxRequestHeadersTotalSize = 65_536;

        // A streamed response is as fast as who reads it. A payload is all there when it is sent: Kestrel ends one that stops coming.
        options.Limits.MinResponseDataRate = null;
        options.Listen(endPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = certificates.Own,
                ClientCertificateMode = ClientCertificateMode.RequireCertificate,
                ClientCertificateValidation = (peer, _, _) => certificates.Trusts(peer),
            });
        });
        return options;
    }
}
