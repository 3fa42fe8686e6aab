using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Blocking;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Catalogue;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;
using IClock = RetroVue.Media.Clocks.IClock;

namespace RetroVue.Runtime.Channels;

/// <summary>
/// The files of a station's channels: looks at them at the start, lets each channel air as soon as what it needs is known, and follows what
/// changes later.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class StationFiles
{
    private static readonly ClockTime s_retry = ClockTime.FromSeconds(60);
    private static readonly TimeSpan s_flushLimit = TimeSpan.FromSeconds(5);

    /// <summary>A channel on the air has opened what airs sooner, and has told it to its viewers.</summary>
    private static readonly Duration s_lockedWindow = Duration.FromSeconds(10);

    private readonly MediaLibrary _library;
    private readonly FileWatch _watch;
    private readonly ScheduleBook _schedules;
    private readonly MasterClock _clock;
    private readonly Executor _executor;
    private readonly LoadMeter _meter;
    private readonly ILogger _logger;
    private readonly ImmutableArray<LoadedChannel> _channels;

    /// <summary>Makes the files of a station, all of them unknown.</summary>
    /// <param name="library">Knows files.</param>
    /// <param name="watch">Notices changes.</param>
    /// <param name="channels">The channels, in the order in which they should be on the air.</param>
    /// <param name="schedules">Their schedules, so far without items.</param>
    /// <param name="clock">Station time.</param>
    /// <param name="executor">Waits in station time.</param>
    /// <param name="progress">Told of the progress; null for nobody.</param>
    /// <param name="logger">Told of problems.</param>
    /// <param name="telemetry">Measures the progress.</param>
    public StationFiles(
        MediaLibrary library,
        FileWatch watch,
        IEnumerable<(ChannelFiles Files, ChannelManager Manager)> channels,
        ScheduleBook schedules,
        MasterClock clock,
        Executor executor,
        IProgress<LoadProgress>? progress,
        ILogger logger,
        RuntimeTelemetry telemetry)
    {
        (_library, _watch, _schedules, _clock, _executor, _logger) = (library, watch, schedules, clock, executor, logger);
        _channels = [.. channels.Select(channel => new LoadedChannel(channel.Files, channel.Manager))];
        _meter = new LoadMeter(_channels.SelectMany(channel => channel.Files.Wanted), progress);
        telemetry.Watch(_meter);
    }

    /// <summary>How many of the files that were wanted at the start are known.</summary>
    public LoadProgress Progress => _meter.Progress;

    /// <summary>Completes when all files have been looked at, and never fails; before <see cref="Start"/> it is complete.</summary>
    public Task Loaded { get; private set; } = Task.CompletedTask;

    /// <summary>Begins to look at all files, and to follow changes, until it is stopped.</summary>
    public void Start(CancellationToken stop)
    {
        _meter.Begin();
        Loaded = Task.WhenAll(_channels.Select((channel, place) => LoadAsync(channel, place, stop)));
        // Nobody has to wait for the end of these two: they hold nothing.
        _ = FollowAsync(stop);
        _ = RetryAsync(stop);
    }

    /// <summary>After the stop: waits until what was found is saved, or the catalogue has not answered for some seconds.</summary>
    public async Task EndAsync()
    {
        _watch.Dispose();
        await Loaded.ConfigureAwait(false);
        try
        {
            await Watchdog.WithinAsync(_library.FlushAsync(), s_flushLimit).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The next start probes what is not saved.
        }
    }

    /// <summary>Gives a channel another programme of its own, once the files are known that it needs.</summary>
    /// <exception cref="KeyNotFoundException">There is no such channel.</exception>
    /// <exception cref="ScheduleException">The programme cannot be aired; nothing has changed.</exception>
    public async Task ReviseAsync(Guid id, Programme programme, CancellationToken cancellationToken)
    {
        LoadedChannel channel = _channels.FirstOrDefault(channel => channel.Files.Channel.Id == id) ?? throw new KeyNotFoundException($"There is no channel with the id {id}.");
        await channel.Loaded.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (channel.Aired is null)
        {
            throw new ScheduleException($"Channel '{channel.Files.Channel.Name}' cannot take another programme, because its first one could not be loaded.");
        }

        MediaFileKey[] wanted = [.. DueOrder.Of(new ChannelSchedule(channel.Files.Channel, programme), _clock.UtcNow)];
        List<MediaFile> known = [];
        await _watch.FollowAsync(wanted.Select(key => key.Path), cancellationToken).ConfigureAwait(false);
        await _library.LookAsync(wanted, group: 0, Collect, cancellationToken).ConfigureAwait(false);
        lock (channel.Files)
        {
            Programme before = channel.Files.Source;
            channel.Files.Take(programme, _clock.UtcNow);
            known.ForEach(channel.Files.Add);
            try
            {
                Revise(channel);
            }
            catch
            {
                channel.Files.Take(before, _clock.UtcNow);
                throw;
            }

            channel.Files.ForgetOthers();
        }

        void Collect(MediaFile file)
        {
            lock (known)
            {
                known.Add(file);
            }
        }
    }

    private async Task LoadAsync(LoadedChannel channel, int place, CancellationToken stop)
    {
        ChannelFiles files = channel.Files;
        try
        {
            await _watch.FollowAsync(files.Wanted.Select(key => key.Path), stop).ConfigureAwait(false);
            if (files.Channel.Profile is CopyProfile)
            {
                files.Kept = await _library.Catalogue.FindFormatsAsync(files.Channel.Id, stop).ConfigureAwait(false);
            }

            BeginIfKnown(channel);
            await _library.LookAsync(
                files.Wanted,
                place,
                file =>
                {
                    channel.Add(file);
                    BeginIfKnown(channel);
                    _meter.Count(file.Key);
                },
                stop).ConfigureAwait(false);
            await CompleteAsync(channel).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException && stop.IsCancellationRequested)
        {
            channel.Manager.Fail(new OperationCanceledException("The station is shutting down.", stop));
        }
        catch (Exception exception)
        {
            RuntimeLog.ChannelNotLoaded(_logger, files.Channel.ShortName, exception);
            channel.Manager.Fail(exception);
        }
        finally
        {
            channel.EndLoading();
        }
    }

    /// <summary>Lets a channel air if enough is known.</summary>
    private void BeginIfKnown(LoadedChannel channel)
    {
        lock (channel.Files)
        {
            if (channel.Aired is not null || channel.Files.TryDecide() is not { } kind)
            {
                return;
            }

            channel.Aired = channel.Files.Resolve();
            channel.Files.Tell();
            _schedules.Begin(channel.Files.Channel.Id, channel.Aired);
            channel.Manager.Begin(kind);
        }
    }

    private async Task CompleteAsync(LoadedChannel channel)
    {
        Revise(channel);
        if (channel.Files.FindFormatsToKeep() is { } formats && formats != channel.Files.Kept)
        {
            await _library.Catalogue.SaveFormatsAsync(channel.Files.Channel.Id, formats).ConfigureAwait(false);
        }
    }

    /// <summary>Publishes a channel's programme if its files have changed it: at the end of the entry that cannot be changed any more.</summary>
    private void Revise(LoadedChannel channel)
    {
        lock (channel.Files)
        {
            Programme programme = channel.Files.Resolve();
            channel.Files.Tell();
            if (channel.Aired is not { } aired || (programme == aired with { Items = programme.Items, Filler = programme.Filler }
                && programme.Items.SequenceEqual(aired.Items) && programme.Filler.SequenceEqual(aired.Filler)))
            {
                return;
            }

            Guid id = channel.Files.Channel.Id;
            PlayoutEntry last = _schedules.GetPosition(id, _clock.UtcNow + s_lockedWindow).Entry;
            Instant from = last.Kind == EntryKind.Slate ? _clock.UtcNow + s_lockedWindow : last.End;
            _schedules.Revise(id, programme, from);
            channel.Aired = programme;
            RuntimeLog.ProgrammeRevised(_logger, channel.Files.Channel.ShortName, from);
        }
    }

    private async Task FollowAsync(CancellationToken stop)
    {
        try
        {
            await _watch.RunAsync(paths => TakeChangesAsync(paths, stop), stop).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            RuntimeLog.WatchFailed(_logger, exception);
        }
    }

    /// <summary>Tries again, once a minute, what nothing tells of: files whose disks did not answer, and a catalogue that could not be written.</summary>
    private async Task RetryAsync(CancellationToken stop)
    {
        IClock station = _clock.AsClock();
        try
        {
            while (true)
            {
                await _executor.WaitUntilAsync(station, station.Now.NextMultiple(s_retry), stop).ConfigureAwait(false);
                foreach (LoadedChannel channel in _channels)
                {
                    lock (channel.Files)
                    {
                        foreach (MediaFileKey key in channel.Files.MayReturn)
                        {
                            _watch.Note(key.Path);
                        }
                    }
                }

                _library.Catalogue.SaveUnsaved();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    /// <summary>Looks again at files that may have changed, in all channels that air them.</summary>
    private async Task TakeChangesAsync(IReadOnlyList<string> paths, CancellationToken stop)
    {
        HashSet<string> changed = new(paths, StringComparer.Ordinal);
        foreach (LoadedChannel channel in _channels)
        {
            try
            {
                MediaFileKey[] keys;
                lock (channel.Files)
                {
                    keys = [.. channel.Files.Wanted.Where(key => changed.Contains(key.Path))];
                }

                if (keys.Length > 0)
                {
                    // What the start finds meanwhile may be older.
                    await channel.Loaded.WaitAsync(stop).ConfigureAwait(false);
                    await _library.LookAsync(keys, group: 0, channel.Add, stop).ConfigureAwait(false);
                    Revise(channel);
                }
            }
            catch (Exception exception) when (!stop.IsCancellationRequested)
            {
                RuntimeLog.ProgrammeNotRevised(_logger, channel.Files.Channel.ShortName, exception);
            }
        }
    }
}
