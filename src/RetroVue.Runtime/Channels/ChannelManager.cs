using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Journal;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;
using IClock = RetroVue.Media.Clocks.IClock;

// Cancelled on the calling thread, because the callbacks only wake tasks. On the thread pool, a simulation would lose its order.
#pragma warning disable CA1849, VSTHRD103, MA0042, MA0045

namespace RetroVue.Runtime.Channels;

/// <summary>
/// Runs one channel: the first viewer puts it on the air, in the middle of the item that the schedule says. When the last viewer has left,
/// the channel goes off the air after a linger.
/// </summary>
/// <remarks>
/// Thread-safe. Reads the schedule and never writes it. A channel is on the air as a whole or not at all: if the start fails, the viewer is
/// not counted, and the next viewer causes another attempt. If the channel fails on the air, its viewers stay: it is restarted
/// automatically while it has viewers, and at once if a viewer joins or asks. While it is off the air, it keeps its last files open for a
/// while, so that a viewer who comes back gets it at once. While it is on the air, it keeps open only the files that it reads. If the
/// opening of a file hangs, only the callers who need that file wait.
/// </remarks>
public sealed class ChannelManager : IAsyncDisposable
{
    private readonly IScheduleService _schedules;
    private readonly MasterClock _clock;
    private readonly ChannelOptions _options;
    private readonly ILogger _logger;
    private readonly PlayoutChain _chain;
    private readonly Audience _audience;
    private readonly RuntimeTelemetry _telemetry;
    private readonly OnAir _onAir;
    private readonly StationJournal? _journal;
    private readonly CancellationTokenSource _disposed = new();
    private int _isWatchingSilence;

    /// <summary>Makes a channel that is off the air.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="kind">Copied or transcoded, and its formats; null if that is not known yet. Then <see cref="Begin"/> or <see cref="Fail"/> follows.</param>
    /// <param name="schedules">The channel's schedule.</param>
    /// <param name="clock">Station time.</param>
    /// <param name="executor">Runs the channel's pipelines.</param>
    /// <param name="options">Linger, recovery and the like.</param>
    /// <param name="loggerFactory">Makes its loggers.</param>
    /// <param name="producers">Make the channel's producers, one factory for each mode; null for the one that plays the schedule.</param>
    /// <param name="meterFactory">Makes the meter of the channel; null for the meter that all callers without a factory share.</param>
    /// <param name="journal">Is told what happens; null for nobody.</param>
    internal ChannelManager(
        Channel channel,
        ChannelKind? kind,
        IScheduleService schedules,
        MasterClock clock,
        Executor executor,
        ChannelOptions options,
        ILoggerFactory loggerFactory,
        IEnumerable<IProducerFactory>? producers = null,
        IMeterFactory? meterFactory = null,
        StationJournal? journal = null)
    {
        ArgumentNullException.ThrowIfNull(clock);
        Channel = channel;
        _journal = journal;
        _schedules = schedules;
        _clock = clock;
        _options = options;
        _logger = loggerFactory.CreateLogger<ChannelManager>();
        _chain = new PlayoutChain(channel, schedules, clock, executor, options, producers ?? [new NormalProducerFactory()], loggerFactory, meterFactory);
        if (kind is not null)
        {
            _chain.Begin(kind);
        }

        _audience = new Audience(clock, _chain.Line, executor, options)
        {
            Refused = error => RuntimeLog.Unexpected(_logger, channel.ShortName, error),
            Left = Leave,
        };
        _onAir = new OnAir(channel, _chain, schedules, options, _audience, _logger) { Deserted = LingerIfUnwatched, Journal = journal };
        _telemetry = RuntimeTelemetry.Of(meterFactory);
        _telemetry.Watch(this, _chain.Telemetry);
    }

    /// <summary>The channel.</summary>
    public Channel Channel { get; }

    /// <summary>
    /// True while the channel cannot air because its files are still being looked at. Viewers who join then wait; its schedule has only slates.
    /// </summary>
    public bool IsLoading => !_chain.Known.IsCompleted;

    /// <summary>Files that are kept open while the channel is off the air.</summary>
    internal KeptFiles Kept => _chain.Kept;

    /// <summary>Whether the channel is on the air, and its producer.</summary>
    internal OnAir OnAir => _onAir;

    /// <summary>The longest distance between key frames of the stream.</summary>
    public ClockTime KeyFrameInterval => _chain.KeyFrameInterval;

    /// <summary>The number of viewers now.</summary>
    public int ViewerCount => _audience.Count;

    /// <summary>The viewers now.</summary>
    public IReadOnlyCollection<ViewerSession> Sessions => _audience.Sessions;

    /// <summary>The state of the producer. While the channel is off the air: stopped, or in error if it has failed.</summary>
    public ProducerState ProducerState => _onAir.Producer?.State ?? (Failure is null ? ProducerState.Stopped : ProducerState.Error);

    /// <summary>The health of the producer. Failed after a failure or a failed start, until the channel is on the air again.</summary>
    public ProducerHealth ProducerHealth => _onAir.Producer?.Health ?? (Failure is null ? ProducerHealth.Stopped : ProducerHealth.Failed);

    /// <summary>Why <see cref="ProducerHealth"/> is degraded or failed, in one line for people; null if it is neither.</summary>
    public string? HealthReason => _onAir.Producer is { } producer ? producer.HealthReason : Failure;

    /// <summary>The channel's output; null while it is off the air.</summary>
    public ChannelOutput? Output => _onAir.Output;

    /// <summary>The entry that airs now, and the position in it.</summary>
    public SchedulePosition Now => _schedules.GetPosition(Channel.Id, _clock.UtcNow);

    /// <summary>
    /// Returns the entries that air now, next and before, all from one edition of the schedule. Each entry begins at the end of the one
    /// before it, even if an entry is very short or another edition is published meanwhile.
    /// </summary>
    /// <param name="before">The time before now; entries that ended earlier are left out.</param>
    public NowAndNext GetNowAndNext(Duration before = default)
    {
        Instant now = _clock.UtcNow;
        Instant from = Instant.Max(now - before, NodaConstants.UnixEpoch);
        Instant end = _schedules.GetPosition(Channel.Id, now).Entry.End;
        while (true)
        {
            // One plan comes from one edition. If the present entry is longer there than in the edition of the first answer, the next entry
            // is farther away.
            PlayoutPlan plan = _schedules.GetPlan(Channel.Id, Instant.Min(from, now), end + Duration.Epsilon);
            int index = plan.Entries.IndexOf(plan.At(now)!.Value.Entry);
            if (index + 1 < plan.Entries.Length)
            {
                return new NowAndNext(plan.Entries[..index], new SchedulePosition(plan.Entries[index], now), plan.Entries[index + 1]);
            }

            end = plan.End;
        }
    }

    /// <summary>Lets a viewer join; the first puts the channel on the air. While the channel is loading, the viewer waits for that.</summary>
    /// <param name="request">The viewer's wishes.</param>
    /// <param name="cancellationToken">Cancels the wait for the start.</param>
    /// <returns>The viewer's session. The caller disposes of it (<c>await using</c>); then the viewer leaves.</returns>
    /// <exception cref="StationException">
    /// The channel cannot be put on the air: a <see cref="ChannelException"/>, or the exception of the schedule.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the station is shutting down.</exception>
    public async Task<ViewerSession> JoinAsync(JoinRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        using Activity? activity = _chain.Telemetry.Begin("retrovue.channel.join");
        IClock clock = _chain.Executor.Waiter.SystemClock;
        ClockTime asked = clock.Now;
        bool isOnAir = _onAir.Output is not null;
        _audience.Expect();
        ChannelOutput output;
        try
        {
            await _chain.Known.WaitAsync(cancellationToken).ConfigureAwait(false);
            output = await _onAir.StartAsync(request, cancellationToken).ConfigureAwait(false);
            request.Watching?.Invoke(output);
        }
        catch (Exception exception)
        {
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
            _chain.Telemetry.JoinFailed(isCancelled: exception is OperationCanceledException);
            _audience.Forgo();
            LingerIfUnwatched();
            throw;
        }

        ViewerSession session = _audience.Join(request, output);
        _journal?.Joined(Channel.Id, session);
        _chain.Telemetry.Joined(hasStarted: !isOnAir, clock.Now - asked);
        WatchSilence();
        return session;
    }

    /// <summary>
    /// Puts the channel on the air again, for all viewers who stayed, if it has failed since the viewer joined. Does nothing if it is on
    /// the air.
    /// </summary>
    /// <param name="session">The viewer who asks.</param>
    /// <param name="cancellationToken">Cancels the wait for the start.</param>
    /// <exception cref="StationException">
    /// The channel cannot be put on the air: a <see cref="ChannelException"/>, or the exception of the schedule.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the station is shutting down.</exception>
    public async Task ResumeAsync(ViewerSession session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (!ReferenceEquals(session.Output, _onAir.Output) && _audience.Has(session))
        {
            await _onAir.StartAsync(_audience.Together(), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Finds a viewer's session and notes that the viewer is still there; null if the session has ended.</summary>
    public ViewerSession? Touch(string sessionId)
    {
        if (_audience.Find(sessionId) is not { } session)
        {
            return null;
        }

        session.LastActivity = _clock.UtcNow;
        return session;
    }

    /// <summary>Why the channel is off the air although it should not be; null if it is not.</summary>
    private string? Failure => _chain.Known.Exception?.GetBaseException().Message ?? _onAir.Failure;

    /// <summary>Lets the channel air, now that its formats are known.</summary>
    internal void Begin(ChannelKind kind) => _chain.Begin(kind);

    /// <summary>Says why the channel can never air: a viewer who joins gets this exception.</summary>
    internal void Fail(Exception reason) => _chain.Fail(reason);

    /// <summary>Takes the channel off the air for good. The station does that at its end.</summary>
    public async ValueTask DisposeAsync()
    {
        _telemetry.Forget(this);
        _disposed.Cancel();
        foreach (ViewerSession session in _audience.Clear())
        {
            _journal?.Left(Channel.Id, session);
        }

        await _onAir.DisposeAsync().ConfigureAwait(false);
    }

    private void Leave(ViewerSession session)
    {
        try
        {
            if (_audience.Leave(session))
            {
                _journal?.Left(Channel.Id, session);
                LingerIfUnwatched();
            }
        }
        catch (Exception exception)
        {
            RuntimeLog.Unexpected(_logger, Channel.ShortName, exception);
        }
    }

    private void LingerIfUnwatched()
    {
        if (_onAir.Output is null)
        {
            _onAir.EndRecoveryUnlessWatched();
            return;
        }

        if (_options.Linger <= ClockTime.Zero)
        {
            _onAir.StopUnlessWatched();
        }
        else
        {
            Background(_audience.LingerAsync(_onAir.StopUnlessWatched, _disposed.Token));
        }
    }

    private void WatchSilence()
    {
        if (Interlocked.Exchange(ref _isWatchingSilence, 1) == 0)
        {
            Background(WatchSilenceAsync());
        }
    }

    /// <summary>Ends the sessions of viewers who have become silent; looks every second while there are viewers.</summary>
    private async Task WatchSilenceAsync()
    {
        try
        {
            while (_audience.Count > 0)
            {
                IClock station = _chain.Line.Station;
                await _chain.Executor.WaitUntilAsync(station, station.Now.NextMultiple(ClockTime.FromSeconds(1)), _disposed.Token)
                    .ConfigureAwait(false);
                foreach (ViewerSession session in _audience.Silent())
                {
                    Leave(session);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The station is shutting down.
            return;
        }

        Volatile.Write(ref _isWatchingSilence, 0);
        // Somebody may have joined just then.
        if (_audience.Count > 0)
        {
            WatchSilence();
        }
    }

    private void Background(Task task) => _ = task.ContinueWith(
        failed => RuntimeLog.Unexpected(_logger, Channel.ShortName, failed.Exception!.GetBaseException()),
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
