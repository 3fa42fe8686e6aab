using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Events.Spool;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime;

/// <summary>
/// The measurements and traces of this package (docs/telemetry.md). Thread-safe; it allocates only if a listener needs it.
/// </summary>
internal sealed class RuntimeTelemetry
{
    private const string Name = "RetroVue.Runtime";

    public static readonly ActivitySource Activities = new(Name, Version);

    // Made if something has no factory: in a host all has, and there must be one meter of this name.
    private static readonly Lazy<RuntimeTelemetry> s_default = new(() => new RuntimeTelemetry(new Meter(Name, Version)));
    private static readonly ConditionalWeakTable<IMeterFactory, Lazy<RuntimeTelemetry>> s_ofFactories = [];

    // Weak references: the measurement does not keep a channel or a clock alive.
    private readonly ConditionalWeakTable<ChannelManager, ChannelTelemetry> _channels = [];
    private readonly ConditionalWeakTable<MasterClock, object> _clocks = [];
    private readonly ConcurrentDictionary<EventConsumer, byte> _consumers = [];
    private readonly ConditionalWeakTable<EventSpool, object> _spools = [];
    private readonly Counter<long> _spoolRefusals;
    private readonly ConditionalWeakTable<LoadMeter, object> _files = [];

    private RuntimeTelemetry(Meter meter)
    {
        meter.CreateObservableUpDownCounter("retrovue.channel.on_air", OnAir, "{channel}", "1 while a channel is on the air, else 0.");
        meter.CreateObservableUpDownCounter("retrovue.channel.viewers", Viewers, "{viewer}", "Viewers now.");
        Joins = meter.CreateCounter<long>("retrovue.channel.joins", "{join}", "Viewers who joined.");
        JoinFailures = meter.CreateCounter<long>("retrovue.channel.join.failures", "{failure}", "Viewers who requested a channel and did not get it.");
        Zap = meter.CreateHistogram<double>("retrovue.channel.zap.duration", "s", "The time from a viewer's request for a channel to the start of the session.");
        Late = meter.CreateCounter<long>("retrovue.channel.late_packets", "{packet}", "Packets that came after their time and were not aired.");
        Slates = meter.CreateCounter<long>("retrovue.channel.slates", "{slate}", "Slates that aired because an item could not.");
        Failures = meter.CreateCounter<long>("retrovue.channel.failures", "{failure}", "Outputs and producers that failed on the air.");
        Recoveries = meter.CreateCounter<long>("retrovue.channel.recoveries", "{attempt}", "Attempts to put a channel that had failed on the air again.");
        Swaps = meter.CreateCounter<long>("retrovue.channel.swaps", "{swap}", "Producers that took a channel over from another one.");
        meter.CreateObservableUpDownCounter("retrovue.files.waiting", Waiting, "{file}", "Files that a station has not looked at yet since its start.");
        meter.CreateObservableGauge("retrovue.clock.offset", Offsets, "s", "Station time less the machine's civil time.");
        meter.CreateObservableGauge("retrovue.clock.uncertainty", Uncertainties, "s", "The uncertainty of station time.");
        meter.CreateObservableGauge("retrovue.events.consumer.lag", Lags, "{event}", "Events in the log that a running consumer has not finished.");
        Parked = meter.CreateCounter<long>("retrovue.events.parked", "{event}", "Events that a consumer put aside, because it failed at them or because they wait behind such an event.");
        meter.CreateObservableUpDownCounter("retrovue.spool.events", SpooledEvents, "{event}", "Events that wait in the spool for the log.");
        meter.CreateObservableUpDownCounter("retrovue.spool.size", SpoolSizes, "By", "Bytes of the spool's files.");
        _spoolRefusals = meter.CreateCounter<long>("retrovue.spool.refused", "{event}", "Events that were refused: they did not get into the log.");
    }

    public Counter<long> Joins { get; }

    public Counter<long> JoinFailures { get; }

    public Histogram<double> Zap { get; }

    public Counter<long> Late { get; }

    public Counter<long> Slates { get; }

    public Counter<long> Failures { get; }

    public Counter<long> Recoveries { get; }

    public Counter<long> Swaps { get; }

    public Counter<long> Parked { get; }

    private static string Version => typeof(RuntimeTelemetry).Assembly.GetName().Version!.ToString(3);

    /// <summary>Returns the instruments of a factory, or those that all callers without a factory share.</summary>
    public static RuntimeTelemetry Of(IMeterFactory? factory) =>
        factory is null ? s_default.Value : s_ofFactories.GetValue(factory, static made => new(() => new RuntimeTelemetry(made.Create(Name, Version)))).Value;

    /// <summary>Begins to measure a channel.</summary>
    public void Watch(ChannelManager channel, ChannelTelemetry telemetry) => _channels.Add(channel, telemetry);

    /// <summary>Stops measuring a channel, which is off the air for good.</summary>
    public void Forget(ChannelManager channel) => _channels.Remove(channel);

    /// <summary>Begins to measure a station's clock.</summary>
    public void Watch(MasterClock clock) => _clocks.TryAdd(clock, this);

    /// <summary>Begins to measure a consumer that runs.</summary>
    public void Watch(EventConsumer consumer) => _consumers.TryAdd(consumer, 0);

    /// <summary>Stops measuring a consumer.</summary>
    public void Forget(EventConsumer consumer) => _consumers.TryRemove(consumer, out _);

    /// <summary>Returns the tag that names a consumer.</summary>
    public static KeyValuePair<string, object?> ConsumerTag(string id) => new("consumer", id);

    private IEnumerable<Measurement<long>> Lags() => _consumers.Keys.Select(consumer => new Measurement<long>(consumer.Lag, ConsumerTag(consumer.Id)));

    /// <summary>Begins to measure a spool.</summary>
    public void Watch(EventSpool spool) => _spools.Add(spool, this);

    /// <summary>Stops measuring a spool, which is closed.</summary>
    public void Forget(EventSpool spool) => _spools.Remove(spool);

    /// <summary>Counts events that did not get into the log.</summary>
    /// <param name="events">The number of events.</param>
    /// <param name="reason">"full", "failed" or "log".</param>
    public void SpoolRefused(int events, string reason) => _spoolRefusals.Add(events, new KeyValuePair<string, object?>("reason", reason));
    /// <summary>Begins to measure how far a station has looked at its files.</summary>
    public void Watch(LoadMeter files) => _files.TryAdd(files, this);

    private IEnumerable<Measurement<int>> Waiting()
    {
        foreach ((LoadMeter meter, _) in _files)
        {
            LoadProgress progress = meter.Progress;
            yield return new Measurement<int>(progress.Files - progress.Done);
        }
    }

    private IEnumerable<Measurement<int>> OnAir() =>
        _channels.Select(entry => new Measurement<int>(entry.Key.Output is null ? 0 : 1, entry.Value.Channel));

    private IEnumerable<Measurement<int>> Viewers() => _channels.Select(entry => new Measurement<int>(entry.Key.ViewerCount, entry.Value.Channel));

    private IEnumerable<Measurement<double>> Offsets() =>
        _clocks.Select(entry => new Measurement<double>(entry.Key.ValidateTimeConsistency().Difference.TotalSeconds));

    private IEnumerable<Measurement<double>> Uncertainties() =>
        _clocks.Select(entry => new Measurement<double>(entry.Key.AsClock().Read().Uncertainty.Nanoseconds / 1e9));

    // Spools have no name of their own, so they are measured together.
    private Measurement<long>[] SpooledEvents() => SumOfSpools(static spool => spool.Events);

    private Measurement<long>[] SpoolSizes() => SumOfSpools(static spool => spool.Size);

    private Measurement<long>[] SumOfSpools(Func<EventSpool, long> value) => _spools.Any() ? [new Measurement<long>(_spools.Sum(entry => value(entry.Key)))] : [];
}
