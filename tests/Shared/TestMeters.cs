using System.Diagnostics.Metrics;

namespace RetroVue.Tests;

/// <summary>Makes meters of its own, so that a test sees its own measurements alone.</summary>
internal sealed class TestMeters : IMeterFactory
{
    private readonly List<Meter> _made = [];

    /// <summary>How many meters it has made.</summary>
    public int Count => _made.Count;

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        var meter = new Meter(options);
        lock (_made)
        {
            _made.Add(meter);
        }

        return meter;
    }

    public void Dispose() => _made.ForEach(meter => meter.Dispose());
}
