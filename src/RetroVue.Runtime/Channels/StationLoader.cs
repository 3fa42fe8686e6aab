using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.FFmpeg;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Runtime.Catalogue;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Journal;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Channels;

/// <summary>
/// Makes a station from a schedule: looks at the files, fills in durations that the schedule omits, and decides the streams of each channel.
/// </summary>
/// <remarks>
/// A file that is in the catalogue as it is now is not opened. A problem with a file or its disk is logged and does not stop the station. If a
/// file does not fit a copied channel, a slate airs at its time. If a file cannot be read and its duration is neither given nor catalogued, its
/// item is left out. While the station runs, files that change, come or go change its schedule, from the end of the entry on.
/// </remarks>
public sealed class StationLoader
{
    private readonly MasterClock _clock;
    private readonly Executor _executor;
    private readonly ChannelOptions _options;
    private readonly ILoggerFactory _loggerFactory;
    private readonly IEnumerable<IProducerFactory>? _producers;
    private readonly IMeterFactory? _meterFactory;
    private readonly MediaLibrary _library;
    private readonly IEventLog? _events;
    private readonly ILogger _logger;

    /// <summary>Makes a loader.</summary>
    /// <param name="clock">Station time.</param>
    /// <param name="executor">Will run the channels.</param>
    /// <param name="options">Linger, recovery and the like.</param>
    /// <param name="loggerFactory">Makes the loggers of the loader and the station.</param>
    /// <param name="producers">Make the channels' producers, one factory for each mode; null for the one that plays the schedule.</param>
    /// <param name="meterFactory">Makes the meters of the station; null for the meters that all callers without a factory share.</param>
    /// <param name="library">Knows media files; null for a library that knows nothing yet and keeps nothing for the next start.</param>
    /// <param name="events">
    /// The log that the station writes what happens into (<see cref="StationEvents"/>); null for none. Nothing on the air waits for it.
    /// </param>
    /// <exception cref="ArgumentException">The value of an option is not allowed.</exception>
    public StationLoader(
        MasterClock clock,
        Executor executor,
        ChannelOptions options,
        ILoggerFactory loggerFactory,
        IEnumerable<IProducerFactory>? producers = null,
        IMeterFactory? meterFactory = null,
        MediaLibrary? library = null,
        IEventLog? events = null)
    {
        (_clock, _executor, _options, _loggerFactory, _producers, _meterFactory) = (clock, executor, ChannelOptions.Checked(options), loggerFactory, producers, meterFactory);
        _events = events;
        _library = library ?? new MediaLibrary(null, clock, loggerFactory);
        _logger = loggerFactory.CreateLogger<StationLoader>();
    }

    /// <summary>
    /// Makes a station that has not started. <see cref="Station.StartAsync"/> asks for its channels and begins to look at their files.
    /// </summary>
    /// <param name="channels">Returns the channels; called once, at the start. If it throws, the start fails with its exception.</param>
    /// <param name="progress">Told, on any thread, at the start and after each file; null for nobody.</param>
    public Station Create(Func<IEnumerable<ChannelSchedule>> channels, IProgress<LoadProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(channels);
        StationJournal? journal = _events is null ? null : new StationJournal(_events, _clock, _loggerFactory);
        return new Station(_clock, _executor, () => LoadChannelsAsync(channels, progress, journal), journal);
    }

    /// <summary>Makes a station, starts it with its channels off the air, and waits until all its files have been looked at.</summary>
    /// <param name="channels">Its channels.</param>
    /// <param name="progress">Told, on any thread, at the start and after each file; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the loading.</param>
    /// <exception cref="ScheduleException">The schedule itself has an error that does not depend on the files.</exception>
    /// <exception cref="FFmpegLibraryException">FFmpeg's libraries are missing or of an unknown version.</exception>
    public async Task<Station> LoadAsync(
        IEnumerable<ChannelSchedule> channels, IProgress<LoadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(channels);
        Station station = Create(() => channels, progress);
        try
        {
            await station.StartAsync(cancellationToken).ConfigureAwait(false);
            await station.WaitForFilesAsync(cancellationToken).ConfigureAwait(false);
            return station;
        }
        catch
        {
            await station.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<StationChannels> LoadChannelsAsync(Func<IEnumerable<ChannelSchedule>> channels, IProgress<LoadProgress>? progress, StationJournal? journal)
    {
        ChannelSchedule[] all = [];
        // The schedule's file or a library may be on a disk that does not answer.
        await _executor.InvokeAsync(() =>
        {
            all = [.. channels()];
            // Before the files are probed, because probing leaves the most garbage behind.
            NativeHeap.ReturnFreedMemory();
            FFmpegLibrary.Load(_loggerFactory);
        }).ConfigureAwait(false);
        foreach (ChannelSchedule schedule in all)
        {
            // Errors that do not depend on files are found at once.
            _ = new ChannelTimeline(schedule.Channel, schedule.Programme.Probed(_ => null));
        }

        var schedules = new ScheduleBook(all.Select(schedule => schedule with { Programme = schedule.Programme with { Items = [], Filler = [] } }));
        var made = new StationChannels(_clock, _executor, schedules, FrozenDictionary<Guid, ChannelKind>.Empty, _options, _loggerFactory, _producers, _meterFactory, journal);
        Instant now = _clock.UtcNow;
        made.Files = new StationFiles(
            _library,
            new FileWatch(_clock, _executor, _loggerFactory),
            all.Zip(made.All, (schedule, channel) => (new ChannelFiles(schedule, now, _logger), channel)),
            schedules,
            _clock,
            _executor,
            progress,
            _logger,
            RuntimeTelemetry.Of(_meterFactory));
        return made;
    }
}
