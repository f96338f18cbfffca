using System.Text.Json;

namespace Bench.Measuring;

/// <summary>What one run of the load generator saw.</summary>
/// <param name="P50Us">Median latency in microseconds.</param>
/// <param name="P99Us">99th percentile of the latency in microseconds.</param>
/// <param name="Failed">Answers with a status other than 2xx or 3xx, connections refused or broken, and timeouts.</param>
internal sealed record WrkResult(double P50Us, double P99Us, double RequestsPerSecond, long Requests, long Failed);

/// <summary>
/// Debian's <c>wrk</c> with one thread: a closed loop, each connection sends its next request when it has its answer.
/// </summary>
internal sealed class Wrk(bool pin)
{
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "post.lua");

    public Task<WrkResult> RunAsync(Uri address, int connections, int seconds, CancellationToken cancellation) =>
        RunAsync([address], connections, seconds, cancellation);

    /// <summary>Asks addresses of one server in turn.</summary>
    public async Task<WrkResult> RunAsync(IReadOnlyList<Uri> addresses, int connections, int seconds, CancellationToken cancellation)
    {
        string[] load =
        [
            "wrk", "-t1", $"-c{connections}", $"-d{seconds}s", "-s", Script, addresses[0].ToString(),
            "--", .. addresses.Select(address => address.PathAndQuery),
        ];
        string[] pinned = ["taskset", "-c", "0", .. load];
        var command = pin ? pinned : load;
        return Parse(await Programs.RunAsync(command[0], command[1..], cancellation));
    }

    /// <summary>The script's summary is the last line: one JSON object.</summary>
    private static WrkResult Parse(string output)
    {
        var line = output.TrimEnd().Split('\n')[^1];
        using var summary = JsonDocument.Parse(line);
        var root = summary.RootElement;
        var requests = root.GetProperty("requests").GetInt64();
        if (requests == 0)
            throw new BenchException($"the load generator got no answer:\n{output}");
        return new WrkResult(
            root.GetProperty("p50").GetDouble(),
            root.GetProperty("p99").GetDouble(),
            requests / (root.GetProperty("duration").GetDouble() / 1e6),
            requests,
            root.GetProperty("failed").GetInt64());
    }
}
