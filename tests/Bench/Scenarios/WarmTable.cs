using Bench.Measuring;
using Bench.Report;

namespace Bench.Scenarios;

/// <summary>All rounds of one subject at one number of connections.</summary>
internal sealed record WarmFigure(string Subject, int Connections)
{
    public List<WrkResult> Rounds { get; } = [];

    public double P50Us => MedianOf(round => round.P50Us);

    public double P99Us => MedianOf(round => round.P99Us);

    public double RequestsPerSecond => MedianOf(round => round.RequestsPerSecond);

    public long Failed => Rounds.Sum(round => round.Failed);

    /// <summary>The median, over the rounds, of this p50 by the bare Node server's of the same round.</summary>
    public double P50ToBareNode { get; set; }

    /// <summary>The same of requests a second.</summary>
    public double RequestsToBareNode { get; set; }

    public void CompareTo(WarmFigure floor)
    {
        P50ToBareNode = MedianOfPairs(floor, round => round.P50Us);
        RequestsToBareNode = MedianOfPairs(floor, round => round.RequestsPerSecond);
    }

    private double MedianOfPairs(WarmFigure floor, Func<WrkResult, double> value)
    {
        var ratios = new Samples();
        foreach (var (own, other) in Rounds.Zip(floor.Rounds))
            ratios.Add(value(own) / value(other));
        return ratios.Median;
    }

    private double MedianOf(Func<WrkResult, double> value)
    {
        var samples = new Samples();
        foreach (var round in Rounds)
            samples.Add(value(round));
        return samples.Median;
    }
}

internal static class WarmTable
{
    public static ScenarioResult Of(BenchOptions options, IReadOnlyList<WarmFigure> figures)
    {
        foreach (var figure in figures)
            figure.CompareTo(figures.First(floor => floor.Subject == "bare node" && floor.Connections == figure.Connections));
        var table = new Table(
            $"Warm invocation of a JSON echo (medians of {options.Rounds} rounds of {options.Seconds} s)",
            ["subject", "connections", "p50 µs", "p99 µs", "requests/s", "failed", "p50 ÷ bare node", "requests/s ÷ bare node"]);
        foreach (var figure in figures.OrderBy(figure => figure.Connections))
        {
            table.Add(
                figure.Subject, $"{figure.Connections}", $"{figure.P50Us:0}", $"{figure.P99Us:0}", $"{figure.RequestsPerSecond:0}",
                $"{figure.Failed}", $"{figure.P50ToBareNode:0.00}", $"{figure.RequestsToBareNode:0.00}");
        }

        return new ScenarioResult("warm", [table], figures);
    }
}
