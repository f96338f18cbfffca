using System.Runtime.CompilerServices;
using Hearth.Client.Http;

namespace Hearth.Client;

/// <summary>An invocation whose response is read as the function writes it. To be disposed; the function runs on where that is before its end.</summary>
public sealed class StreamedInvocation : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly EventReader _events;
    private InvocationResult? _result;

    internal StreamedInvocation(HttpResponseMessage response, Stream body, Uri endpoint)
    {
        _response = response;
        _events = new EventReader(body, endpoint);
    }

    public string? RequestId => _response.Header("x-amzn-RequestId");

    /// <summary>The version that runs, as <c>$LATEST</c>.</summary>
    public string? ExecutedVersion => _response.Header("X-Amz-Executed-Version");

    /// <summary>
    /// How it ended: there once the last chunk has been read. Its payload is empty, or the error's JSON of a function that failed.
    /// </summary>
    /// <exception cref="InvalidOperationException">There may be more to read.</exception>
    public InvocationResult Result => _result ?? throw new InvalidOperationException("The response has not been read to its end.");

    /// <summary>
    /// The bytes as they come, once. A chunk is valid until the next is asked for, and need not be what the function wrote at once. A
    /// function that fails ends them: <see cref="Result"/> says so.
    /// </summary>
    /// <exception cref="HearthUnreachableException">The stream broke off.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadChunksAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (_result is null)
        {
            var (chunk, complete) = await _events.NextAsync(cancellationToken);
            if (complete is null)
                yield return chunk;
            else
                _result = AnswerReader.ToResult(_response, complete);
        }
    }

    public void Dispose() => _response.Dispose();
}
