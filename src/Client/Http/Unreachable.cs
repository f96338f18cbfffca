namespace Hearth.Client.Http;

/// <summary>Tells the ways in which no answer came apart: above all whether the request can have been carried out.</summary>
internal static class Unreachable
{
    public static HearthUnreachableException From(HttpRequestException failure, Uri endpoint)
    {
        var isSent = failure.HttpRequestError is not (HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError);
        var cause = (failure.InnerException ?? failure).Message.TrimEnd('.');
        return new HearthUnreachableException(endpoint, isSent ? $"broke off its answer ({cause})" : $"cannot be reached ({cause})", isSent, failure);
    }

    /// <param name="timeout">The attempt's timeout, where that was what ended it; otherwise the connection took too long.</param>
    public static HearthUnreachableException From(OperationCanceledException canceled, Uri endpoint, TimeSpan? timeout) => timeout is { } limit
        ? new(endpoint, $"gave no answer within {limit.TotalSeconds:0.#} s", sent: true, canceled)
        : new(endpoint, "cannot be reached (no connection in time)", sent: false, canceled);

    /// <summary>An answer that could not be read to its end.</summary>
    public static HearthUnreachableException From(Exception failure, Uri endpoint) =>
        new(endpoint, $"broke off its answer ({failure.Message.TrimEnd('.')})", sent: true, failure);
}
