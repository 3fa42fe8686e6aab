using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace RetroVue.Runtime.Events;

/// <summary>The measurements of consumers (docs/telemetry.md), on the package's meter. Thread-safe.</summary>
internal sealed class EventTelemetry
{
    /// <summary>The tag that names a consumer.</summary>
    public const string ConsumerTag = "retrovue.consumer";

    private static readonly ConditionalWeakTable<Meter, EventTelemetry> s_ofMeters = [];

    private readonly ConcurrentDictionary<EventConsumer, byte> _consumers = [];

    private EventTelemetry(Meter meter)
    {
        meter.CreateObservableGauge("retrovue.events.consumer.lag", Lags, "{event}", "Events in the log that a consumer has not finished.");
        Parked = meter.CreateCounter<long>("retrovue.events.parked", "{event}", "Events that a consumer put aside, because it failed at them or they wait behind such an event.");
    }

    /// <summary>Events that were put aside.</summary>
    public Counter<long> Parked { get; }

    /// <summary>Returns the instruments of a factory, or those that all callers without a factory share.</summary>
    public static EventTelemetry Of(IMeterFactory? factory) => s_ofMeters.GetValue(RuntimeTelemetry.Of(factory).Meter, static meter => new EventTelemetry(meter));

    /// <summary>Measures a consumer until the result is disposed.</summary>
    public IDisposable Watch(EventConsumer consumer)
    {
        _consumers.TryAdd(consumer, 0);
        return new Watched(() => _consumers.TryRemove(consumer, out _));
    }

    private IEnumerable<Measurement<long>> Lags() =>
        _consumers.Keys.Select(consumer => new Measurement<long>(consumer.Lag, new KeyValuePair<string, object?>(ConsumerTag, consumer.Id)));

    private sealed class Watched(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
