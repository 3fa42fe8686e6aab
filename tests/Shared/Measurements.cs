using System.Diagnostics.Metrics;

namespace RetroVue.Tests;

/// <summary>
/// What the packages measure while it lives. A tag that is not of the documented kinds, or that looks like a file or an address, is an error.
/// </summary>
internal sealed class Measurements : IDisposable
{
    private static readonly HashSet<string> s_tags = new(StringComparer.Ordinal) { "channel", "element", "kind", "reason" };

    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();
    private readonly List<(string Instrument, double Value, string Tags)> _all = [];

    /// <summary>Listens.</summary>
    /// <param name="factory">Whose meters; null for those that all share who have no factory.</param>
    public Measurements(IMeterFactory? factory = null)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("RetroVue.", StringComparison.Ordinal) && ReferenceEquals(instrument.Meter.Scope, factory))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The sum of what an instrument has counted, of measurements with these tags: "channel=test kind=start".</summary>
    public double Sum(string instrument, string tags = "") => Of(instrument, tags).Sum();

    /// <summary>Every value that an instrument has measured, of measurements with these tags.</summary>
    public double[] Of(string instrument, string tags = "")
    {
        lock (_lock)
        {
            return [.. _all.Where(one => one.Instrument == instrument && (tags.Length == 0 || one.Tags == tags)).Select(one => one.Value)];
        }
    }

    /// <summary>What an observable instrument measures now.</summary>
    public double[] Look(string instrument, string tags = "")
    {
        lock (_lock)
        {
            _all.RemoveAll(one => one.Instrument == instrument);
        }

        _listener.RecordObservableInstruments();
        return Of(instrument, tags);
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach ((string key, object? tag) in tags)
        {
            if (!s_tags.Contains(key) || tag is not string text || text.Contains('/', StringComparison.Ordinal) || text.Contains('\\', StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"{instrument.Name} has the tag {key}={tag}, which is not bounded.");
            }
        }

        string joined = string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
        lock (_lock)
        {
            _all.Add((instrument.Name, value, joined));
        }
    }
}
