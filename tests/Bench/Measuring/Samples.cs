namespace Bench.Measuring;

/// <summary>Numbers of one kind, in the order they were taken.</summary>
internal sealed class Samples
{
    private readonly List<double> _values = [];

    public int Count => _values.Count;

    public IReadOnlyList<double> Values => _values;

    public double Median => At(0.5);

    public double Least => _values.Count == 0 ? double.NaN : _values.Min();

    public double Most => _values.Count == 0 ? double.NaN : _values.Max();

    public void Add(double value) => _values.Add(value);

    /// <summary>The value below which the given part (0 to 1) of the samples lies, between two neighbours in proportion.</summary>
    public double At(double part)
    {
        if (_values.Count == 0)
            return double.NaN;
        var sorted = _values.Order().ToList();
        var place = part * (sorted.Count - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + ((sorted[above] - sorted[below]) * (place - below));
    }
}
