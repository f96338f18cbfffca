namespace Hearth.Client.Http;

/// <summary>One request, described so that it can be sent more than once.</summary>
/// <param name="Path">From the root, escaped, with its query.</param>
/// <param name="Timeout">The longest one attempt may take; for a stream, until its headers are there.</param>
internal sealed record ApiCall(HttpMethod Method, string Path, TimeSpan Timeout)
{
    /// <summary>JSON; null sends no body.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Whether carrying it out twice is the same as once.</summary>
    public bool Repeatable { get; init; }

    /// <summary>Whether the answer's body is read as it comes rather than before the call returns.</summary>
    public bool Streams { get; init; }

    public HttpRequestMessage ToRequest(Uri endpoint)
    {
        var request = new HttpRequestMessage(Method, endpoint.AbsoluteUri.TrimEnd('/') + Path);
        foreach (var (name, value) in Headers) request.Headers.TryAddWithoutValidation(name, value);
        if (Body is { } body)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        }

        return request;
    }
}
