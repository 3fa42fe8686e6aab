using System.Collections.Frozen;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using RetroVue.Media.Pipelines;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Channels;

/// <summary>Everything a station is: its time, what runs it, its schedule, and one manager for each channel.</summary>
/// <remarks>Thread-safe. Channels are off the air until somebody watches.</remarks>
public sealed class Station : IAsyncDisposable
{
    private readonly FrozenDictionary<Guid, ChannelManager> _byId;
    private readonly FrozenDictionary<string, ChannelManager> _byShortName;
    private readonly FrozenDictionary<Guid, ChannelStills> _stills;
    private readonly CancellationTokenSource _disposed = new();

    /// <summary>A station with all its channels off the air. From now on its clock is compared with the machine's civil time.</summary>
    /// <param name="clock">Station time.</param>
    /// <param name="executor">What runs the channels.</param>
    /// <param name="schedules">The channels and what they air when.</param>
    /// <param name="kinds">What each channel is made of, by the channel's id.</param>
    /// <param name="options">How channels are run.</param>
    /// <param name="loggerFactory">Where channels log.</param>
    /// <param name="producers">What makes the channels' producers, by mode; null for the one that plays the schedule.</param>
    /// <exception cref="KeyNotFoundException">A channel has no kind.</exception>
    public Station(
        MasterClock clock,
        Executor executor,
        IScheduleService schedules,
        IReadOnlyDictionary<Guid, ChannelKind> kinds,
        ChannelOptions options,
        ILoggerFactory loggerFactory,
        IEnumerable<IProducerFactory>? producers = null)
    {
        ArgumentNullException.ThrowIfNull(schedules);
        ArgumentNullException.ThrowIfNull(kinds);
        (Clock, Executor, Schedules) = (clock, executor, schedules);
        IProducerFactory[]? makers = producers?.ToArray();
        Channels =
        [
            .. schedules.Channels.Select(channel =>
                new ChannelManager(channel, kinds[channel.Id], schedules, clock, executor, options, loggerFactory, makers)),
        ];
        _byId = Channels.ToFrozenDictionary(manager => manager.Channel.Id);
        _byShortName = Channels.ToFrozenDictionary(manager => manager.Channel.ShortName, StringComparer.Ordinal);
        ILogger logger = loggerFactory.CreateLogger<ChannelStills>();
        _stills = Channels.ToFrozenDictionary(manager => manager.Channel.Id, manager => new ChannelStills(manager, logger));
        // It touches the clock only, so nobody has to wait for its end.
        _ = clock.WatchCivilTimeAsync(executor, _disposed.Token);
    }

    /// <summary>Station time.</summary>
    public MasterClock Clock { get; }

    /// <summary>What runs the channels.</summary>
    public Executor Executor { get; }

    /// <summary>What airs when.</summary>
    public IScheduleService Schedules { get; }

    /// <summary>The channels, in the schedule's order.</summary>
    public ImmutableArray<ChannelManager> Channels { get; }

    /// <summary>The channel with this UUID or short name; null if there is none.</summary>
    public ChannelManager? Find(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return _byShortName.GetValueOrDefault(id)
            ?? (Guid.TryParseExact(id, "D", out Guid uuid) ? _byId.GetValueOrDefault(uuid) : null);
    }

    /// <summary>Stills of a channel.</summary>
    /// <exception cref="KeyNotFoundException">There is no such channel here.</exception>
    public ChannelStills StillsOf(ChannelManager channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return _stills[channel.Channel.Id];
    }

    /// <summary>Takes all channels off the air for good, all at the same time.</summary>
    public async ValueTask DisposeAsync()
    {
        // On the calling thread, whose callbacks only wake the watch: on the thread pool, a simulation would lose its order.
#pragma warning disable CA1849, VSTHRD103, MA0042
        _disposed.Cancel();
#pragma warning restore CA1849, VSTHRD103, MA0042
        await Task.WhenAll(Channels.Select(channel => channel.DisposeAsync().AsTask())).ConfigureAwait(false);
    }
}
