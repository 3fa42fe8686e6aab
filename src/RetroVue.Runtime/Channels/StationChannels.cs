using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using RetroVue.Media.Pipelines;
using RetroVue.Runtime.Journal;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Channels;

/// <summary>The parts of a station that has started: its schedule, and a manager for each channel, off the air.</summary>
internal sealed class StationChannels
{
    private readonly FrozenDictionary<Guid, ChannelManager> _byId;
    private readonly FrozenDictionary<string, ChannelManager> _byShortName;

    /// <param name="clock">Station time.</param>
    /// <param name="executor">Runs the channels.</param>
    /// <param name="schedules">The channels and their schedules.</param>
    /// <param name="kinds">The kind of each channel, by the channel's id; a channel that has none is loading.</param>
    /// <param name="options">Linger, recovery and the like.</param>
    /// <param name="loggerFactory">Makes the channels' loggers.</param>
    /// <param name="producers">Make the channels' producers, one factory for each mode; null for the one that plays the schedule.</param>
    /// <param name="meterFactory">Makes the meters of the channels; null for the meters that all callers without a factory share.</param>
    /// <param name="journal">Is told what happens; null for nobody.</param>
    /// <exception cref="ArgumentException">The value of an option is not allowed.</exception>
    public StationChannels(
        MasterClock clock,
        Executor executor,
        ScheduleBook schedules,
        IReadOnlyDictionary<Guid, ChannelKind> kinds,
        ChannelOptions options,
        ILoggerFactory loggerFactory,
        IEnumerable<IProducerFactory>? producers,
        IMeterFactory? meterFactory,
        StationJournal? journal = null)
    {
        options = ChannelOptions.Checked(options);
        Schedules = schedules;
        IProducerFactory[]? makers = producers?.ToArray();
        All =
        [
            .. schedules.Channels.Select(channel =>
                new ChannelManager(channel, kinds.GetValueOrDefault(channel.Id), schedules, clock, executor, options, loggerFactory, makers, meterFactory, journal)),
        ];
        _byId = All.ToFrozenDictionary(manager => manager.Channel.Id);
        _byShortName = All.ToFrozenDictionary(manager => manager.Channel.ShortName, StringComparer.Ordinal);
        ILogger logger = loggerFactory.CreateLogger<ChannelStills>();
        Stills = All.ToFrozenDictionary(manager => manager.Channel.Id, manager => new ChannelStills(manager, logger, meterFactory));
        RuntimeTelemetry.Of(meterFactory).Watch(clock);
    }

    /// <summary>The schedules of all channels.</summary>
    public ScheduleBook Schedules { get; }

    /// <summary>The channels, in the schedule's order.</summary>
    public ImmutableArray<ChannelManager> All { get; }

    /// <summary>The channels' files; null if they are not followed.</summary>
    public StationFiles? Files { get; set; }

    /// <summary>Stills of each channel, by the channel's id.</summary>
    public FrozenDictionary<Guid, ChannelStills> Stills { get; }

    /// <inheritdoc cref="Station.Find"/>
    public ChannelManager? Find(string id) => _byShortName.GetValueOrDefault(id)
        ?? (Guid.TryParseExact(id, "D", out Guid uuid) ? _byId.GetValueOrDefault(uuid) : null);
}
