using System.Globalization;

namespace Bench.Measuring;

/// <summary>One answer of a node's <c>/metrics</c>.</summary>
internal sealed class NodeMetrics
{
    private readonly Dictionary<string, double> _series;

    public NodeMetrics(string text) => _series = text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').ToDictionary(
        line => line[..line.LastIndexOf(' ')].Replace("{}", "", StringComparison.Ordinal), line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    /// <summary>0 where there is no such series.</summary>
    public double this[string series] => _series.GetValueOrDefault(series);

    /// <summary>All series of a name whose labels hold the text.</summary>
    public double Sum(string name, string label = "") => _series
        .Where(series => series.Key.Split('{')[0] == name && series.Key.Contains(label, StringComparison.Ordinal)).Sum(series => series.Value);

    /// <summary>The values of one label with their sums, the largest first: as <c>updated 12, expired 3</c>.</summary>
    public string By(string name, string label) => string.Join(", ", _series
        .Where(series => series.Key.StartsWith(name + "{", StringComparison.Ordinal))
        .GroupBy(series => series.Key.Split($"{label}=\"")[1].Split('"')[0], series => series.Value)
        .Select(group => (group.Key, Sum: group.Sum())).OrderByDescending(group => group.Sum).Select(group => $"{group.Key} {group.Sum:0}"));
}
