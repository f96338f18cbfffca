using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Conformance.Tests.Nodes;

namespace Cluster.Tests;

/// <summary>
/// Callers that invoke a function one request after the other, each through the nodes in turn, as a load balancer would have
/// them: where no connection is to be had, or a node says that it is not ready, the next is tried; who waits for a node that does not
/// answer the balancer's checks is told so. Every request is kept with its answer.
/// </summary>
internal sealed class Ledger : IAsyncDisposable
{
    private static readonly TimeSpan BackOff = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(1), PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5) }) { Timeout = TimeSpan.FromSeconds(60) };
    private readonly CancellationTokenSource _end = new();
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly ConcurrentQueue<LedgerEntry> _entries = new();
    private readonly IReadOnlyList<Uri> _nodes;
    private readonly bool[] _isReady;
    private readonly CancellationTokenSource[] _sessions;
    private readonly List<Task> _callers;
    private int _numbers;

    private Ledger(IReadOnlyList<Uri> nodes, IReadOnlyList<string> functions, int callers)
    {
        _nodes = nodes;
        _isReady = [.. nodes.Select(_ => true)];
        _sessions = [.. nodes.Select(_ => new CancellationTokenSource())];
        _callers = [.. Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallAsync(functions[caller % functions.Count], caller))), .. nodes.Select((_, node) => Task.Run(() => CheckAsync(node)))];
    }

    public IReadOnlyList<LedgerEntry> Entries => [.. _entries];

    public TimeSpan Now => Stopwatch.GetElapsedTime(_began);

    public static Ledger Open(IReadOnlyList<Node> gateways, IReadOnlyList<string> functions, int callers) =>
        new([.. gateways.Select(node => node.Address)], functions, callers);

    /// <summary>Until so many more requests have been answered well.</summary>
    public Task ServedAsync(int more)
    {
        var before = Good();
        return Patience.UntilAsync(() => Good() >= before + more, $"{more} more requests are answered");
    }

    public async Task CloseAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_callers);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _http.Dispose();
        _end.Dispose();
    }

    private int Good() => _entries.Count(entry => entry.Status == 200);

    private async Task CallAsync(string function, int caller)
    {
        for (var turn = caller; !_end.IsCancellationRequested; turn++)
        {
            var number = Interlocked.Increment(ref _numbers);
            var (began, status, text) = (Now, 0, "no node takes it");
            for (var attempt = 0; attempt < _nodes.Count * 2; attempt++)
            {
                var node = (turn + attempt) % _nodes.Count;
                if (!_isReady[node] && attempt < _nodes.Count)
                    continue;
                try
                {
                    using var content = new StringContent($"{number}", Encoding.UTF8, "application/json");
                    using var response = await _http.PostAsync(new Uri(_nodes[node], $"2015-03-31/functions/{function}/invocations"), content, _sessions[node].Token);
                    (status, text) = ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
                    if (response.Headers.Contains("X-Amz-Function-Error"))
                        status = 599;
                    break;
                }
                catch (HttpRequestException refused) when (refused.HttpRequestError == HttpRequestError.ConnectionError)
                {
                    text = refused.Message;
                }
                catch (Exception lost) when (lost is HttpRequestException or OperationCanceledException)
                {
                    text = $"{node}: {lost.Message}";
                    break;
                }
            }

            _entries.Enqueue(new LedgerEntry(number, function, began, Now, status, text));
            if (status != 200)
                await Task.Delay(BackOff);
        }
    }

    private async Task CheckAsync(int node)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(1));
                using var response = await _http.GetAsync(new Uri(_nodes[node], "readyz"), deadline.Token);
                _isReady[node] = response.IsSuccessStatusCode;
            }
            catch (Exception away) when (away is HttpRequestException or OperationCanceledException)
            {
                _isReady[node] = false;
                if (away is OperationCanceledException)
                    await Interlocked.Exchange(ref _sessions[node], new CancellationTokenSource()).CancelAsync();
            }

            await Task.Delay(250);
        }
    }
}

/// <param name="Status">HTTP's; 599 where the function failed, 0 where there was no answer.</param>
internal sealed record LedgerEntry(int Number, string Function, TimeSpan Began, TimeSpan Ended, int Status, string Text);
