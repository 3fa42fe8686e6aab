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

/// <summary>A whole station: its time, its executor, its schedule, and one manager for each channel.</summary>
/// <remarks>
/// Thread-safe. The station knows its channels once it has started. <see cref="StartAsync"/> waits for that; any caller may call it, any number
/// of times. Each channel can air as soon as what it needs of its files is known (<see cref="ChannelManager.IsLoading"/>); a viewer who joins
/// before waits for that. A channel is off the air until a viewer joins. After its end the station still gives its schedule and its channels; a viewer who
/// joins then gets an <see cref="OperationCanceledException"/>.
/// </remarks>
public sealed class Station : IAsyncDisposable
{
    private readonly Func<Task<StationChannels>> _load;
    private readonly StationJournal? _journal;
    private readonly CancellationTokenSource _disposed = new();
    private readonly TaskCompletionSource _started;
    private readonly TaskCompletionSource _ended;
    private volatile StationChannels? _known;
    private int _isStarting;
    private int _isEnding;
    private volatile bool _isGivenUp;

    /// <summary>Makes a station that has not started. From now on its clock is compared with the machine's civil time.</summary>
    /// <param name="clock">Station time.</param>
    /// <param name="executor">Runs the channels.</param>
    /// <param name="load">Loads the schedule and makes the channels.</param>
    /// <param name="journal">Is told what happens, and ends with the station; null for nobody.</param>
    internal Station(MasterClock clock, Executor executor, Func<Task<StationChannels>> load, StationJournal? journal = null)
    {
        (Clock, Executor, _load, _journal) = (clock, executor, load, journal);
        (_started, _ended) = (executor.CreateCompletion(), executor.CreateCompletion());
        // It touches only the clock, so nobody has to wait for its end.
        _ = clock.WatchCivilTimeAsync(executor, _disposed.Token);
    }

    /// <summary>Makes a station that has started.</summary>
    internal Station(
        MasterClock clock,
        Executor executor,
        ScheduleBook schedules,
        IReadOnlyDictionary<Guid, ChannelKind> kinds,
        ChannelOptions options,
        ILoggerFactory loggerFactory,
        IEnumerable<IProducerFactory>? producers = null,
        IMeterFactory? meterFactory = null)
        : this(clock, executor, () => throw new InvalidOperationException("The station has started already."))
    {
        _isStarting = 1;
        _known = new StationChannels(clock, executor, schedules, kinds, options, loggerFactory, producers, meterFactory);
        _started.SetResult();
    }

    /// <summary>Station time.</summary>
    public MasterClock Clock { get; }

    /// <summary>Runs the channels.</summary>
    public Executor Executor { get; }

    /// <summary>True once the station knows its channels, also after its end.</summary>
    public bool IsStarted => _known is not null;

    /// <summary>
    /// How many files have been looked at, of all whose formats or durations matter; both are zero before the start. Afterwards it stays.
    /// </summary>
    public LoadProgress Progress => _known?.Files?.Progress ?? default;

    /// <summary>The schedules of all channels. Publish other programmes here, also while channels are on the air (<see cref="ScheduleBook.Publish"/>).</summary>
    /// <exception cref="InvalidOperationException">The station has not started; <see cref="StartAsync"/> waits for that.</exception>
    public ScheduleBook Schedules => Known.Schedules;

    /// <summary>The channels, in the schedule's order.</summary>
    /// <exception cref="InvalidOperationException">The station has not started; <see cref="StartAsync"/> waits for that.</exception>
    public ImmutableArray<ChannelManager> Channels => Known.All;

    private StationChannels Known =>
        _known ?? throw (_isEnding != 0 ? Ended() : new InvalidOperationException(
            "The station has not started, so it does not know its channels yet. Await Station.StartAsync first; if the start has failed, it throws the cause.",
            _started.Task.Exception?.InnerException));

    /// <summary>
    /// Starts the station if it has not been started yet, and waits until it knows its channels: their names and profiles, which viewers can join.
    /// It does not wait for the files: <see cref="WaitForFilesAsync"/> does. Until a channel's files are known, its schedule has only slates. All
    /// callers wait for the same start; if it fails, all of them get its exception.
    /// </summary>
    /// <param name="cancellationToken">Cancels the wait. The start itself goes on, for other callers, until the station's end.</param>
    /// <exception cref="ScheduleException">The schedule cannot be aired.</exception>
    /// <exception cref="Media.FFmpeg.FFmpegLibraryException">FFmpeg's libraries are missing or of an unknown version.</exception>
    /// <exception cref="ObjectDisposedException">The station has ended.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (Volatile.Read(ref _isEnding) != 0)
        {
            throw Ended();
        }

        if (Interlocked.Exchange(ref _isStarting, 1) == 0)
        {
            _ = LoadAsync();
        }

        await _started.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits until all files have been looked at, so that all channels have their schedules.</summary>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="InvalidOperationException">The station has not started; <see cref="StartAsync"/> waits for that.</exception>
    public Task WaitForFilesAsync(CancellationToken cancellationToken = default) => (Known.Files?.Loaded ?? Task.CompletedTask).WaitAsync(cancellationToken);

    /// <summary>
    /// Gives a channel another programme of its own: looks at the files, fills in durations that the programme omits, puts slates in place of files
    /// that do not fit a copied channel, and publishes the result behind what cannot be changed any more: from the end of the entry that airs ten
    /// seconds from now, or, if that is a slate, from then. Periods for which other programmes were published stay as they are.
    /// </summary>
    /// <param name="channel">The channel's id.</param>
    /// <param name="programme">The programme. Its own start decides which of its items airs when.</param>
    /// <param name="cancellationToken">Cancels the call; the channel then keeps its programme.</param>
    /// <exception cref="KeyNotFoundException">There is no such channel.</exception>
    /// <exception cref="ScheduleException">The programme cannot be aired; nothing has changed.</exception>
    /// <exception cref="InvalidOperationException">The station has not started; <see cref="StartAsync"/> waits for that.</exception>
    public Task ReviseAsync(Guid channel, Programme programme, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(programme);
        return Known.Files!.ReviseAsync(channel, programme, cancellationToken);
    }

    /// <summary>Returns the channel with this UUID or short name; null if there is none.</summary>
    /// <exception cref="InvalidOperationException">The station has not started; <see cref="StartAsync"/> waits for that.</exception>
    public ChannelManager? Find(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return Known.Find(id);
    }

    /// <summary>Returns the maker of a channel's stills.</summary>
    /// <exception cref="KeyNotFoundException">The station does not have this channel.</exception>
    /// <exception cref="InvalidOperationException">The station has not started; <see cref="StartAsync"/> waits for that.</exception>
    public ChannelStills StillsOf(ChannelManager channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return Known.Stills[channel.Channel.Id];
    }

    /// <summary>Takes all channels off the air for good, all at the same time, and waits for all files to be closed.</summary>
    /// <param name="cancellationToken">
    /// Cancels the wait, for example if a disk does not answer; open files are then closed in the background. After that, <see
    /// cref="DisposeAsync"/> does not wait either, so there is only one time limit.
    /// </param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        Task ended = End();
        try
        {
            await ended.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ended.IsCompleted)
        {
            _isGivenUp = true;
            throw;
        }
    }

    /// <summary>Takes all channels off the air for good, all at the same time. A further call is harmless.</summary>
    public async ValueTask DisposeAsync()
    {
        Task ended = End();
        if (!_isGivenUp)
        {
            await ended.ConfigureAwait(false);
        }
    }

    private static ObjectDisposedException Ended() => new(nameof(Station), "The station has ended and cannot start again. Make another one.");

    private async Task LoadAsync()
    {
        try
        {
            StationChannels known = await _load().ConfigureAwait(false);
            _disposed.Token.ThrowIfCancellationRequested();
            known.Files!.Start(_disposed.Token);
            _known = known;
            _journal?.Started(known.Schedules.Channels);
            _started.TrySetResult();
        }
        catch (OperationCanceledException) when (_disposed.IsCancellationRequested)
        {
            _started.TrySetException(Ended());
        }
        catch (Exception exception)
        {
            _started.TrySetException(exception);
        }
    }

    private Task End()
    {
        if (Interlocked.Exchange(ref _isEnding, 1) == 0)
        {
            _ = EndAsync();
        }

        return _ended.Task;
    }

    private async Task EndAsync()
    {
        try
        {
            // On the calling thread, because the callbacks only wake the watch. On the thread pool, a simulation would lose its order.
#pragma warning disable CA1849, VSTHRD103, MA0042
            _disposed.Cancel();
#pragma warning restore CA1849, VSTHRD103, MA0042
            if (Interlocked.Exchange(ref _isStarting, 1) == 0)
            {
                _started.TrySetException(Ended());
            }

            await _started.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_known is { } known)
            {
                await Task.WhenAll([.. known.All.Select(channel => channel.DisposeAsync().AsTask()), known.Files?.EndAsync() ?? Task.CompletedTask]).ConfigureAwait(false);
            }

            if (_journal is not null)
            {
                _journal.Stopped();
                await _journal.DisposeAsync().ConfigureAwait(false);
            }

            _ended.TrySetResult();
        }
        catch (Exception exception)
        {
            _ended.TrySetException(exception);
        }
    }
}
