using System.IO.Pipelines;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Hearth.Contracts.Api;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Errors;
using Hearth.Node.Logs;
using Hearth.Node.Workers;

namespace Hearth.Node.DataChannel;

/// <summary>Invokes environments of other nodes at their <see cref="ChannelServer"/>.</summary>
internal sealed class ChannelClient : IDisposable
{
    /// <summary>What an answer may come later than the lease's end, which is the worker's business to keep.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>How long a node may take for a line of a log, where there is one.</summary>
    private static readonly TimeSpan LogPatience = TimeSpan.FromSeconds(2);

    private static readonly RequestError Lost = RequestError.Internal(
        "The worker that had the invocation is lost. Whether the function ran to its end is not known.");

    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    public ChannelClient(NodeCertificates certificates, TimeProvider time, ILogger<ChannelClient> log)
    {
        _time = time;
        _log = log;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(2),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
            SslOptions = certificates.ClientOptions(),
        });
    }

    /// <summary>
    /// As <see cref="EnvironmentTable.InvokeAsync"/>. <see cref="OutcomeKind.NotStarted"/> where the worker cannot have seen it; a
    /// refusal where it may have, and is lost.
    /// </summary>
    /// <param name="channel"><c>ADDR:PORT</c>.</param>
    /// <param name="workerLost">The worker is not to be waited for any more.</param>
    public async Task<InvocationOutcome> InvokeAsync(string channel, Invocation invocation, Lease lease, CancellationToken workerLost)
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(workerLost);
        HttpResponseMessage? response = null;
        InvocationOutcome? outcome = null;
        using var payload = new ChannelPayload(invocation.Payload);
        try
        {
            deadline.CancelAfter(Positive(lease.ExpiresAt - _time.GetUtcNow()) + Grace);
            using var request = new HttpRequestMessage(HttpMethod.Post, $"https://{channel}{ChannelServer.InvocationsPath}")
            {
                Content = payload,
            };

            // The payload waits until the worker asks for it: a connection that it was closing has not carried it.
            request.Headers.ExpectContinue = !invocation.Payload.IsEmpty;
            request.Headers.Add(ChannelServer.HeadHeader, JsonSerializer.Serialize(InvocationHead.Of(invocation, lease), ChannelJson.Default.InvocationHead));
            response = await _http.SendAsync(request, deadline.Token);
            outcome = await ReadAsync(response, deadline);
        }
        catch (Exception failure) when (!payload.IsSent && failure is (HttpRequestException or IOException or OperationCanceledException))
        {
            _log.LogWarning("The channel of {Worker} is not to be reached: {Reason}", lease.WorkerId, (failure.InnerException ?? failure).Message);
            outcome = InvocationOutcome.NotStarted;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException or JsonException)
        {
            _log.LogWarning("Invocation {RequestId} is lost with {Worker}: {Reason}", lease.RequestId, lease.WorkerId, failure.Message);
            outcome = InvocationOutcome.Refused(Lost);
        }
        finally
        {
            if (outcome?.Stream is null)
            {
                response?.Dispose();
                deadline.Dispose();
            }
        }

        return outcome!;
    }

    /// <summary>A function's log as one node has it; it ends early, with a warning in this node's log, where that node does not answer.</summary>
    public async IAsyncEnumerable<LogLine> ReadLogsAsync(string channel, string functionName, LogQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        await using var cancelled = cancellation.Register(deadline.Cancel);
        HttpResponseMessage? response = null;
        StreamReader? lines = null;
        try
        {
            while (true)
            {
                string? text;
                try
                {
                    deadline.CancelAfter(query.Follow && lines is not null ? Timeout.InfiniteTimeSpan : LogPatience);
                    if (lines is null)
                    {
                        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{channel}{ChannelServer.LogsPath}{functionName}");
                        request.Headers.Add(ChannelServer.HeadHeader, JsonSerializer.Serialize(query, ChannelJson.Default.LogQuery));
                        response = await _http.SendAsync(request, deadline.Token);
                        response.EnsureSuccessStatusCode();
                        lines = new StreamReader(await response.Content.ReadAsStreamAsync(deadline.Token));
                    }

                    text = await lines.ReadLineAsync(deadline.Token);

                    // Whoever reads may take its time with the line.
                    deadline.CancelAfter(Timeout.InfiniteTimeSpan);
                }
                catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException && !cancellation.IsCancellationRequested)
                {
                    _log.LogWarning("The log of {Function} is without what the node at {Channel} has: {Reason}", functionName, channel, failure.Message);
                    yield break;
                }

                if (text is null)
                    yield break;
                yield return JsonSerializer.Deserialize(text, ApiJson.Relaxed.LogLine)!;
            }
        }
        finally
        {
            lines?.Dispose();
            response?.Dispose();
        }
    }

    /// <summary>Whether a node answers at its channel's address in time.</summary>
    public async Task<bool> PingAsync(string channel, TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience, _time);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{channel}{ChannelServer.PingPath}");
            using var response = await _http.SendAsync(request, deadline.Token);
            return response.StatusCode == HttpStatusCode.NoContent;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose() => _http.Dispose();

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;

    // Its owner is the stream's pump, where there is a stream.
    private static async Task<InvocationOutcome> ReadAsync(HttpResponseMessage response, CancellationTokenSource deadline)
    {
        if (response.StatusCode != HttpStatusCode.OK || !response.Headers.TryGetValues(ChannelServer.HeadHeader, out var heads))
            throw new HttpRequestException($"It answers {(int)response.StatusCode} and no outcome.");
        var head = JsonSerializer.Deserialize(heads.Single(), ChannelJson.Default.OutcomeHead)!;
        var body = await response.Content.ReadAsStreamAsync(deadline.Token);
        if (head.Kind == OutcomeKind.Streaming)
        {
            var stream = new ResponseStream();
            _ = PumpAsync(response, body, stream, deadline);
            return InvocationOutcome.Streaming(stream);
        }

        var payload = new byte[(int)(response.Content.Headers.ContentLength ?? 0)];
        await body.ReadExactlyAsync(payload, deadline.Token);
        return head.With(payload);
    }

    private static async Task PumpAsync(HttpResponseMessage response, Stream body, ResponseStream stream, CancellationTokenSource deadline)
    {
        InvocationOutcome ending;
        var frames = PipeReader.Create(body);
        try
        {
            ending = await ChannelFrames.ReadAsync(frames, stream, deadline.Token);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException or JsonException)
        {
            ending = new InvocationOutcome(
                OutcomeKind.FunctionFailed, PlatformErrors.Body(PlatformErrors.TruncatedResponse, Lost.Message), Contracts.Functions.LeaseOutcome.Gone);
        }
        finally
        {
            await frames.CompleteAsync();
            response.Dispose();
            deadline.Dispose();
        }

        stream.CompleteWriting();
        stream.Ending.SetResult(ending);
    }
}
