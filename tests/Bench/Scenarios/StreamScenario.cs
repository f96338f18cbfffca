using System.Diagnostics;
using Bench.Measuring;
using Bench.Report;
using Bench.Subjects;

namespace Bench.Scenarios;

/// <summary>
/// A response that streams, from a Node function, beside a bare Node server that streams the same bytes: the time to its first byte, and
/// bytes a second. Subjects take turns; ratios are between two measurements of the same round.
/// </summary>
internal sealed class StreamScenario(BenchOptions options) : IScenario
{
    private const int MemoryMib = 1_769, SmallBytes = 65_536, LargeBytes = 67_108_864;
    private const double MiB = 1_048_576;
    private const string Function = "stream", Floor = "bare node";

    public string Name => "stream";

    public async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        await using var floors = await FloorServers.StartAsync(options, cancellation);
        await using var nodes = await HearthNodes.StartAsync(options, NodeKind.Of(options), cancellation);
        var figures = new List<StreamFigure> { new(Floor, floors.NodeStream) };
        foreach (var node in nodes.All)
        {
            await node.CreateAsync(Function, Language.Node, "index.stream", MemoryMib, cancellation);
            figures.Add(new StreamFigure($"node, {node.Name}", node.StreamAddress(Function)));
        }

        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(120) };
        foreach (var figure in figures)
            await ReadAsync(client, figure.Address, SmallBytes, cancellation);
        for (var round = 1; round <= options.Rounds; round++)
        {
            Console.Error.WriteLine($"stream: round {round} of {options.Rounds}");
            foreach (var figure in figures)
                await MeasureAsync(client, figure, cancellation);
        }

        var table = new Table(
            $"A response that streams (medians of {options.Rounds} rounds: {options.Samples} of {SmallBytes / 1_024} KiB to the first byte, then one of {LargeBytes / MiB:0} MiB)",
            ["subject", "first byte ms", "MiB/s", "first byte ÷ bare node", "MiB/s ÷ bare node"]);
        foreach (var figure in figures)
        {
            table.Add(
                figure.Subject, $"{figure.FirstMs.Median:0.00}", $"{figure.MibPerSecond.Median:0}",
                Table.Ratio(figure.Ratio(figures[0], one => one.FirstMs)), Table.Ratio(figure.Ratio(figures[0], one => one.MibPerSecond)));
        }

        return new ScenarioResult(
            Name, [table], figures.Select(figure => new { figure.Subject, FirstMs = figure.FirstMs.Median, MibPerSecond = figure.MibPerSecond.Median }));
    }

    private async Task MeasureAsync(HttpClient client, StreamFigure figure, CancellationToken cancellation)
    {
        var first = new Samples();
        for (var sample = 0; sample < options.Samples; sample++)
            first.Add((await ReadAsync(client, figure.Address, SmallBytes, cancellation)).First.TotalMilliseconds);
        figure.FirstMs.Add(first.Median);
        figure.MibPerSecond.Add(LargeBytes / MiB / (await ReadAsync(client, figure.Address, LargeBytes, cancellation)).Whole.TotalSeconds);
    }

    /// <summary>From the request until the first byte of the body was there, and until the last.</summary>
    private static async Task<(TimeSpan First, TimeSpan Whole)> ReadAsync(HttpClient client, Uri address, int bytes, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent($"{bytes}") };
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        await using var body = await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[131_072];
        long read = await body.ReadAsync(buffer, cancellation);
        var first = Stopwatch.GetElapsedTime(start);
        for (int more; (more = await body.ReadAsync(buffer, cancellation)) > 0;)
            read += more;

        // A stream of events has the bytes, and the frames around them.
        return read >= bytes ? (first, Stopwatch.GetElapsedTime(start)) : throw new BenchException($"{address} streamed {read} bytes of {bytes}");
    }

    private sealed record StreamFigure(string Subject, Uri Address)
    {
        public Samples FirstMs { get; } = new();

        public Samples MibPerSecond { get; } = new();

        public double Ratio(StreamFigure floor, Func<StreamFigure, Samples> of)
        {
            var ratios = new Samples();
            foreach (var (own, other) in of(this).Values.Zip(of(floor).Values))
                ratios.Add(own / other);
            return ratios.Median;
        }
    }
}
