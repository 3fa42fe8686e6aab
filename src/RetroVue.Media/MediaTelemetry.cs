using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using RetroVue.Media.Elements.Flow;

namespace RetroVue.Media;

/// <summary>
/// The measurements and traces of this package (docs/telemetry.md). Thread-safe; it allocates only if a listener needs it.
/// </summary>
internal sealed class MediaTelemetry
{
    private const string Name = "RetroVue.Media";

    public static readonly ActivitySource Activities = new(Name, Version);

    // Made if something has no factory: in a host all has, and there must be one meter of this name.
    private static readonly Lazy<MediaTelemetry> s_default = new(() => new MediaTelemetry(new Meter(Name, Version)));
    private static readonly ConditionalWeakTable<IMeterFactory, Lazy<MediaTelemetry>> s_ofFactories = [];

    private readonly Counter<long> _failures;
    private readonly Counter<long> _events;
    private readonly Counter<long> _dropped;

    // Weak references: the measurement does not keep a queue alive.
    private readonly ConditionalWeakTable<BufferQueue, object> _queues = [];
    private long _running;

    private MediaTelemetry(Meter meter)
    {
        meter.CreateObservableUpDownCounter("retrovue.pipeline.running", () => Volatile.Read(ref _running), "{pipeline}", "Pipelines that run.");
        _failures = meter.CreateCounter<long>("retrovue.pipeline.failures", "{failure}", "Pipelines that failed.");
        _events = meter.CreateCounter<long>("retrovue.pipeline.events", "{event}", "Reports of pipelines that are not errors.");
        meter.CreateObservableGauge("retrovue.queue.level", Levels, "{buffer}", "Buffers and events in a running queue; if several have the same name, those in the fullest.");
        _dropped = meter.CreateCounter<long>("retrovue.queue.dropped", "{buffer}", "Buffers that a queue dropped because it was full.");
    }

    private static string Version => typeof(MediaTelemetry).Assembly.GetName().Version!.ToString(3);

    /// <summary>Returns the instruments of a factory, or those that all callers without a factory share.</summary>
    public static MediaTelemetry Of(IMeterFactory? factory) =>
        factory is null ? s_default.Value : s_ofFactories.GetValue(factory, static made => new(() => new MediaTelemetry(made.Create(Name, Version)))).Value;

    /// <summary>Counts a pipeline that begins to run.</summary>
    public void Began() => Interlocked.Increment(ref _running);

    /// <summary>Counts a pipeline that does not run any more.</summary>
    public void Ended() => Interlocked.Decrement(ref _running);

    /// <summary>Counts a pipeline that failed.</summary>
    public void Failed(Exception error) => _failures.Add(
        1, new KeyValuePair<string, object?>("reason", error is TimeoutException or MediaException { IsTransient: true } ? "transient" : "lasting"));

    /// <summary>Counts a pipeline's report.</summary>
    public void Reported(string kind) => _events.Add(1, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>Counts a buffer that a queue dropped.</summary>
    public void Dropped(BufferQueue queue) => _dropped.Add(1, new KeyValuePair<string, object?>("element", queue.Name));

    /// <summary>Begins to measure a queue, which runs from now on.</summary>
    public void Watch(BufferQueue queue) => _queues.TryAdd(queue, this);

    /// <summary>Stops measuring a queue, which does not run any more.</summary>
    public void Forget(BufferQueue queue) => _queues.Remove(queue);

    private IEnumerable<Measurement<int>> Levels() => _queues
        .GroupBy(entry => entry.Key.Name, entry => entry.Key.Count, StringComparer.Ordinal)
        .Select(queues => new Measurement<int>(queues.Max(), new KeyValuePair<string, object?>("element", queues.Key)));
}
