namespace Hearth.Client.Http;

/// <summary>Sends a call until it is answered, refused for good, or out of attempts. Thread-safe.</summary>
internal sealed class RequestSender(HttpClient http, HearthClientOptions options)
{
    private readonly RetryPolicy _policy = new(options.Retry, Random.Shared.NextDouble);
    private readonly RequestSigner? _signer = options.Credentials is { } credentials
        ? new RequestSigner(credentials, options.Region, options.TimeProvider)
        : null;

    /// <summary>Answers a response of the 200s, which the caller disposes.</summary>
    public async Task<HttpResponseMessage> SendAsync(ApiCall call, CancellationToken cancellationToken)
    {
        var clock = options.TimeProvider;
        var start = clock.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? pause;
            try
            {
                return await AttemptAsync(call, cancellationToken);
            }
            catch (HearthException failure)
            {
                pause = _policy.PauseAfter(failure, call.Repeatable, attempt, clock.GetElapsedTime(start));
                if (pause is null) throw;
            }

            await Task.Delay(pause.Value, clock, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> AttemptAsync(ApiCall call, CancellationToken cancellationToken)
    {
        using var request = call.ToRequest(options.Endpoint);
        _signer?.Sign(request, call.Body.GetValueOrDefault().Span);
        using var deadline = new CancellationTokenSource(call.Timeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            var completion = call.Streams ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead;
            var response = await http.SendAsync(request, completion, either.Token);
            if (response.IsSuccessStatusCode) return response;
            using (response) throw await AnswerReader.ReadErrorAsync(response, options, either.Token);
        }
        catch (HttpRequestException failure)
        {
            throw Unreachable.From(failure, options.Endpoint);
        }
        catch (OperationCanceledException canceled) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreachable.From(canceled, options.Endpoint, deadline.IsCancellationRequested ? call.Timeout : null);
        }
    }
}
