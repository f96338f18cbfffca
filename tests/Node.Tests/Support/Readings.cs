using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Hearth.Node.Tests.Support;

/// <summary>A meter, and what its instruments have told: sums of counters, last values of gauges, and all values of histograms.</summary>
internal sealed class Readings : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, double> _values = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<double>> _recorded = new();

    public Readings()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, Meter))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    public Meter Meter { get; } = new("Hearth");

    /// <summary>0 where nothing was told.</summary>
    /// <param name="series">As <c>hearth.environments{state=idle}</c>, labels in the order of the code.</param>
    public double this[string series]
    {
        get
        {
            _listener.RecordObservableInstruments();
            return _values.GetValueOrDefault(series);
        }
    }

    /// <summary>What a histogram was told.</summary>
    public IReadOnlyList<double> All(string series) => [.. _recorded.GetValueOrDefault(series, [])];

    /// <summary>All series of an instrument together.</summary>
    public double Sum(string instrument)
    {
        _listener.RecordObservableInstruments();
        return _values.Where(series => series.Key == instrument || series.Key.StartsWith(instrument + "{", StringComparison.Ordinal)).Sum(series => series.Value);
    }

    public void Dispose()
    {
        _listener.Dispose();
        Meter.Dispose();
    }

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
        var series = labels.Length == 0 ? instrument.Name : $"{instrument.Name}{{{labels}}}";
        if (instrument is Histogram<double>)
            _recorded.GetOrAdd(series, _ => []).Enqueue(value);
        else if (instrument is Counter<long>)
            _values.AddOrUpdate(series, value, (_, before) => before + value);
        else
            _values[series] = value;
    }
}
