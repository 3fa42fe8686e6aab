using System.Diagnostics.Metrics;

namespace RetroVue.Tests;

/// <summary>
/// Records what the packages measure until it is disposed of. It throws if a tag is not of the documented kinds, or if it looks like a
/// file or an address.
/// </summary>
internal sealed class Measurements : IDisposable
{
    private static readonly HashSet<string> s_tags = new(StringComparer.Ordinal) { "channel", "element", "kind", "reason" };

    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();
    private readonly List<(string Instrument, double Value, string Tags)> _all = [];

    /// <summary>Begins to listen.</summary>
    /// <param name="factory">The factory of the meters; null for the meters that are shared by all users without a factory.</param>
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

    /// <summary>Returns the sum of an instrument's measurements with these tags, such as "channel=test kind=start".</summary>
    public double Sum(string instrument, string tags = "") => Of(instrument, tags).Sum();

    /// <summary>Returns every value of an instrument's measurements with these tags.</summary>
    public double[] Of(string instrument, string tags = "")
    {
        lock (_lock)
        {
            return [.. _all.Where(one => one.Instrument == instrument && (tags.Length == 0 || one.Tags == tags)).Select(one => one.Value)];
        }
    }

    /// <summary>Returns the present values of an observable instrument.</summary>
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
