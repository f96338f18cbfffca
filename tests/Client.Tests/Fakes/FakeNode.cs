using System.Collections.Concurrent;
using System.Threading.Channels;
using Hearth.Contracts.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hearth.Client.Tests.Fakes;

/// <summary>A request as the node saw it.</summary>
public sealed record SeenRequest(string Method, string PathAndQuery, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>
/// A real HTTP server that holds functions in memory and speaks the API's own shapes over Contracts. A test may put
/// answers of its own in front (<see cref="Next"/>), one for each request to come.
/// </summary>
public sealed class FakeNode : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<RequestDelegate> _next = new();

    private FakeNode(WebApplication app) => _app = app;

    public Uri Endpoint => new(_app.Urls.Single());

    public FakeFunctions Functions { get; } = new();

    public FakeCluster Cluster { get; } = new();

    public ConcurrentQueue<SeenRequest> Seen { get; } = new();

    public List<RuntimeDescription> Runtimes { get; } =
    [
        new("python3.9", "python", "Python 3.11.2"), new("python3.11", "python", "Python 3.11.2"),
        new("nodejs18.x", "nodejs", "Node 20.19"), new("nodejs20.x", "nodejs", "Node 20.19"),
        new("java17", "java", "Java 17.0.15"),
        new("provided.al2", "provided", null), new("provided.al2023", "provided", null),
    ];

    public List<LogLine> Logs { get; } = [];

    /// <summary>What a following reader gets after <see cref="Logs"/>.</summary>
    public Channel<LogLine> NewLines { get; } = Channel.CreateUnbounded<LogLine>();

    public static async Task<FakeNode> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var node = new FakeNode(app);
        app.Use(node.RecordAsync);
        FakeRoutes.Map(app, node);
        node.Cluster.Map(app);
        await app.StartAsync();
        return node;
    }

    /// <summary>Answers the next request that nothing earlier was put in front for.</summary>
    public void Next(RequestDelegate answer) => _next.Enqueue(answer);

    /// <summary>Refuses the next request as the Lambda API does.</summary>
    public void NextRefusal(int status, string type, string body, int? retryAfter = null) => Next(context =>
    {
        context.Response.StatusCode = status;
        context.Response.Headers["x-amzn-ErrorType"] = type;
        context.Response.Headers["x-amzn-RequestId"] = "refused-1";
        if (retryAfter is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString();
        return context.Response.WriteAsync(body);
    });

    /// <summary>Cuts the connection of the next request, after it was received.</summary>
    public void NextBreak() => Next(context =>
    {
        context.Abort();
        return Task.CompletedTask;
    });

    public HearthClientOptions Options(TimeProvider? clock = null) =>
        new() { Endpoint = Endpoint, TimeProvider = clock ?? new TestClock() };

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task RecordAsync(HttpContext context, RequestDelegate rest)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        context.Request.Body = new MemoryStream(body.ToArray());
        Seen.Enqueue(new SeenRequest(
            context.Request.Method,
            context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray()));
        await (_next.TryDequeue(out var answer) ? answer(context) : rest(context));
    }
}
