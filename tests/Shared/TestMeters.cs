using System.Diagnostics.Metrics;

namespace RetroVue.Tests;

/// <summary>Makes separate meters, so that a test sees only its own measurements.</summary>
internal sealed class TestMeters : IMeterFactory
{
    private readonly List<Meter> _made = [];

    /// <summary>The number of meters that were made.</summary>
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
