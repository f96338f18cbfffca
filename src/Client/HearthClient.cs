using Hearth.Client.Http;

namespace Hearth.Client;

/// <summary>
/// Runs and manages the functions of a Hearth node (or of anything else that speaks the Lambda API).
/// Thread-safe; one for the life of a program is right.
/// </summary>
/// <remarks>
/// Every call may throw <see cref="LambdaException"/> (the node refused),
/// <see cref="HearthUnreachableException"/> (no answer) and <see cref="OperationCanceledException"/>.
/// Where a function is named, its name, partial ARN or full ARN will do.
/// </remarks>
public sealed partial class HearthClient : IDisposable
{
    private readonly HearthClientOptions _options;
    private readonly HttpClient _http;
    private readonly bool _ownsHttp;
    private readonly RequestSender _sender;

    /// <exception cref="ArgumentException">An option is outside its bounds.</exception>
    public HearthClient(HearthClientOptions? options = null)
        : this(options ??= new HearthClientOptions(), CreateHttp(options), ownsHttp: true)
    {
    }

    /// <summary>Sends over an <see cref="HttpClient"/> of the caller's, which the caller disposes and whose own timeout holds too.</summary>
    /// <exception cref="ArgumentException">An option is outside its bounds.</exception>
    public HearthClient(HttpClient http, HearthClientOptions? options = null)
        : this(options ?? new HearthClientOptions(), http, ownsHttp: false)
    {
    }

    private HearthClient(HearthClientOptions options, HttpClient http, bool ownsHttp)
    {
        options.Validate();
        (_options, _http, _ownsHttp) = (options, http, ownsHttp);
        _sender = new RequestSender(http, options);
    }

    public Uri Endpoint => _options.Endpoint;

    public void Dispose()
    {
        if (_ownsHttp) _http.Dispose();
    }

    private static HttpClient CreateHttp(HearthClientOptions options)
    {
        options.Validate();
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            // A proxy from the environment cannot reach this machine's own loopback.
            UseProxy = !options.Endpoint.IsLoopback,
        };
        if (options.Certificates is { } folder && options.Endpoint.Scheme == "https")
            handler.SslOptions = OperatorCertificates.Load(folder, options.TimeProvider);
        return new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
