using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Channels;

/// <summary>Makes the outputs of one channel, and the producers that fill them.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class PlayoutChain
{
    private readonly Channel _channel;
    private readonly IScheduleService _schedules;
    private readonly MasterClock _clock;
    private readonly ChannelOptions _options;
    private readonly FrozenDictionary<ChannelMode, IProducerFactory> _producers;
    private readonly ILoggerFactory _loggerFactory;
    private readonly ILogger _logger;
    private readonly PipelineOptions _pipelines;
    private readonly PipelineOptions _itemPipelines;
    private readonly HangingOpenings _hanging = new();
    private readonly TaskCompletionSource _known;
    private volatile ChannelKind? _kind;
    private long _created;

    /// <summary>Makes the chain of a channel, which has no kind yet.</summary>
    public PlayoutChain(
        Channel channel,
        IScheduleService schedules,
        MasterClock clock,
        Executor executor,
        ChannelOptions options,
        IEnumerable<IProducerFactory> producers,
        ILoggerFactory loggerFactory,
        IMeterFactory? meterFactory)
    {
        (_channel, _schedules, _clock, Executor, _options) = (channel, schedules, clock, executor, options);
        _producers = producers.GroupBy(factory => factory.Mode).ToFrozenDictionary(factories => factories.Key, factories => factories.Last());
        (_loggerFactory, _logger) = (loggerFactory, loggerFactory.CreateLogger<ChannelManager>());
        _pipelines = new PipelineOptions { Name = channel.ShortName, Executor = executor, LoggerFactory = loggerFactory, MeterFactory = meterFactory };
        // The producer itself reports problems of an item, once and in words for people.
        _itemPipelines = new PipelineOptions { Name = channel.ShortName, Executor = executor, MeterFactory = meterFactory };
        Telemetry = new ChannelTelemetry(RuntimeTelemetry.Of(meterFactory), channel.ShortName);
        Line = new ChannelLine(clock.AsClock(), options.Epoch);
        Kept = new KeptFiles(executor, Line.Station);
        _known = executor.CreateCompletion();
    }

    /// <summary>Runs the channel's pipelines.</summary>
    public Executor Executor { get; }

    /// <summary>The channel's short name.</summary>
    public string ChannelName => _channel.ShortName;

    /// <summary>The channel's measurements.</summary>
    public ChannelTelemetry Telemetry { get; }

    /// <summary>The channel's time line.</summary>
    public ChannelLine Line { get; }

    /// <summary>Files that are kept open while the channel is off the air.</summary>
    public KeptFiles Kept { get; }

    /// <summary>The longest distance between key frames of its outputs.</summary>
    public ClockTime KeyFrameInterval => _channel.Profile is TranscodeProfile ? TranscodeStage.KeyFrameInterval : CopyAdmission.MostKeyFrameInterval;

    /// <summary>Completes when the channel has its kind, and so can make outputs; fails if it never will.</summary>
    public Task Known => _known.Task;

    private ChannelKind Kind => _kind ?? throw new InvalidOperationException("The channel has no kind yet.");

    /// <summary>Station time.</summary>
    public Instant Now => _clock.UtcNow;

    /// <summary>Gives the channel its kind; once.</summary>
    public void Begin(ChannelKind kind)
    {
        _kind = kind;
        _known.TrySetResult();
    }

    /// <summary>Says that the channel gets no kind.</summary>
    public void Fail(Exception reason)
    {
        if (_known.TrySetException(reason))
        {
            // It need not have a viewer who waits for it.
            _ = _known.Task.Exception;
        }
    }

    /// <summary>Makes an output that does not run yet.</summary>
    public ChannelOutput CreateOutput() => new(_channel.Name, Line, Kind, _pipelines, NextRun());

    /// <summary>Makes a feeder that gives a producer the channel's schedule.</summary>
    public PlanFeeder CreateFeeder() => new(_schedules, _channel, _options.Horizon, _logger);

    /// <summary>
    /// Makes an id for a producer. It contains the nanosecond of station time, so that another run of the station does not make the same
    /// id.
    /// </summary>
    public string NextId(ChannelMode mode) => string.Create(
        CultureInfo.InvariantCulture,
        $"{_channel.ShortName}-{mode.ToString().ToLowerInvariant()}-{Line.Station.Now.Nanoseconds:x}-{Interlocked.Increment(ref _created)}");

    /// <summary>Makes a producer that has opened nothing yet.</summary>
    /// <exception cref="KeyNotFoundException">No factory makes producers of this mode.</exception>
    public IProducer CreateProducer(ChannelMode mode, ChannelOutput output, ChannelFeed feed)
    {
        if (!_producers.TryGetValue(mode, out IProducerFactory? factory))
        {
            throw new KeyNotFoundException($"No producer factory is registered for the mode {mode}. Register an {nameof(IProducerFactory)} with this {nameof(IProducerFactory.Mode)}.");
        }

        var slates = new SlateItems(_channel, Line, Kind, entry => _schedules.GetPosition(_channel.Id, entry.End).Entry, _itemPipelines, _loggerFactory);
        IItemOpener items = Kind.CreateItems(Line, slates, Kept.Inputs, _itemPipelines, _loggerFactory);
        return factory.Create(new ProducerContext(items, slates, _hanging)
        {
            StreamEndpoint = new Uri($"/channels/{_channel.ShortName}/live.ts", UriKind.Relative),
            Channel = _channel,
            Output = output,
            Feed = feed,
            Executor = Executor,
            Logger = _logger,
            Telemetry = Telemetry,
        });
    }

    /// <summary>Makes an id for a run; it contains the nanosecond of station time too.</summary>
    private Guid NextRun()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Line.Station.Now.Nanoseconds);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], Interlocked.Increment(ref _created));
        return NamedId.Of(_channel.Id, bytes);
    }
}
