using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

// Cancelled on the calling thread, whose callbacks only wake tasks: on the thread pool, a simulation would lose its order.
#pragma warning disable CA1849, VSTHRD103, MA0042, MA0045

namespace RetroVue.Runtime.Channels;

/// <summary>
/// Runs one channel: the first viewer puts it on the air, in the middle of what the schedule says, and the last one's leaving takes it
/// off after a linger.
/// </summary>
/// <remarks>
/// Thread-safe. Reads the schedule and never writes it. A channel is on the air as a whole or not at all: where the start fails the
/// viewer is not counted, and the next one tries again. Where it fails on the air its viewers stay, and whoever joins or asks next starts
/// it for all of them. Off the air, it keeps the files open for a while that it last read, so that who
/// comes back finds it on the air at once; while it is on the air it keeps none but those it reads.
/// </remarks>
public sealed class ChannelManager : IAsyncDisposable
{
    private static readonly Duration s_complaintInterval = Duration.FromMinutes(1);

    private readonly IScheduleService _schedules;
    private readonly MasterClock _clock;
    private readonly Executor _executor;
    private readonly ChannelContent _content;
    private readonly ChannelOptions _options;
    private readonly ILogger _logger;
    private readonly ChannelLine _line;
    private readonly PipelineOptions _pipelines;
    private readonly PipelineOptions _itemPipelines;
    private readonly KeptFiles _kept;
    private readonly LateFiles _late = new();
    private readonly ExecutorLock _transition;
    private readonly Audience _audience;
    private readonly CancellationTokenSource _disposed = new();
    private ChannelOutput? _output;
    private IProducer? _producer;
    private CancellationTokenSource? _onAir;
    private Task _upkeep = Task.CompletedTask;
    private long _producers;
    private volatile string? _failure;

    /// <summary>A channel that is off the air.</summary>
    /// <param name="channel">The channel and its list.</param>
    /// <param name="content">What its streams are made of.</param>
    /// <param name="schedules">Says what airs when.</param>
    /// <param name="clock">Station time.</param>
    /// <param name="executor">What runs the channel.</param>
    /// <param name="options">How it is run.</param>
    /// <param name="loggerFactory">Where it logs.</param>
    public ChannelManager(
        ChannelSchedule channel,
        ChannelContent content,
        IScheduleService schedules,
        MasterClock clock,
        Executor executor,
        ChannelOptions options,
        ILoggerFactory loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(clock);
        Channel = channel;
        _content = content;
        _schedules = schedules;
        _clock = clock;
        _executor = executor;
        _transition = new ExecutorLock(executor);
        _options = options;
        _logger = loggerFactory.CreateLogger<ChannelManager>();
        _pipelines = new PipelineOptions { Name = channel.ShortName, Executor = executor, LoggerFactory = loggerFactory };
        // What is wrong with an item its producer says, once and in words for people.
        _itemPipelines = new PipelineOptions { Name = channel.ShortName, Executor = executor };
        _line = new ChannelLine(clock.AsClock(), options.Epoch);
        _kept = new KeptFiles(executor, _line.Station);
        _audience = new Audience(clock, _line, executor, options);
    }

    /// <summary>The channel and its list.</summary>
    public ChannelSchedule Channel { get; }

    /// <summary>Files that are kept open while the channel is off the air.</summary>
    internal KeptFiles Kept => _kept;

    /// <summary>Viewers now.</summary>
    public int ViewerCount => _audience.Count;

    /// <summary>The viewers now.</summary>
    public IReadOnlyCollection<ViewerSession> Sessions => _audience.Sessions;

    /// <summary>Where the producer is in its life; while the channel is off the air stopped, or in error where it has failed.</summary>
    public ProducerState ProducerState => _producer?.State ?? (_failure is null ? ProducerState.Stopped : ProducerState.Error);

    /// <summary>How well the producer does; failed from a failure on, or a start that failed, until the channel is on the air again.</summary>
    public ProducerHealth ProducerHealth => _producer?.Health ?? (_failure is null ? ProducerHealth.Stopped : ProducerHealth.Failed);

    /// <summary>Why <see cref="ProducerHealth"/> is degraded or failed, in one line for people; null where it is neither.</summary>
    public string? HealthReason => _producer is { } producer ? producer.HealthReason : _failure;

    /// <summary>What the channel sends; null while it is off the air.</summary>
    public ChannelOutput? Output => _output;

    /// <summary>What airs now, and how far into it.</summary>
    public Airing Now => _schedules.GetAiring(Channel.Id, _clock.UtcNow);

    /// <summary>What airs after what airs now.</summary>
    public Airing Next => _schedules.GetAiring(Channel.Id, Now.Entry.End);

    /// <summary>What aired before what airs now, for so long before now; oldest first, none where that began earlier.</summary>
    public IReadOnlyList<PlayoutEntry> Before(Duration time)
    {
        Airing now = Now;
        Instant from = Instant.Max(now.At - time, NodaConstants.UnixEpoch);
        return from < now.Entry.Start ? _schedules.GetPlan(Channel.Id, from, now.Entry.Start).Entries : [];
    }

    /// <summary>Lets a viewer join; the first puts the channel on the air.</summary>
    /// <param name="kind">How the viewer takes the channel.</param>
    /// <param name="client">What the client says of itself.</param>
    /// <param name="cancellationToken">Gives up waiting for the start.</param>
    /// <exception cref="ObjectDisposedException">The station is shutting down.</exception>
    public async Task<ViewerSession> JoinAsync(ViewerKind kind, string client, CancellationToken cancellationToken = default)
    {
        await _transition.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
            _audience.EndLinger();
            ChannelOutput output = await BeOnAirAsync(kind, cancellationToken).ConfigureAwait(false);
            return _audience.Join(kind, client, output);
        }
        catch (OperationCanceledException exception) when (_disposed.IsCancellationRequested)
        {
            throw new ObjectDisposedException($"The channel '{Channel.Name}' is shutting down.", exception);
        }
        finally
        {
            _transition.Exit();
        }
    }

    /// <summary>
    /// Puts the channel on the air again where it has failed since a viewer joined, for all who stayed; does nothing where it is on the air.
    /// </summary>
    /// <param name="session">The viewer who asks.</param>
    /// <param name="cancellationToken">Gives up waiting for the start.</param>
    /// <exception cref="ObjectDisposedException">The station is shutting down.</exception>
    public async Task ResumeAsync(ViewerSession session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (ReferenceEquals(session.Output, _output))
        {
            return;
        }

        await _transition.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
            if (_audience.Has(session))
            {
                await BeOnAirAsync(session.Kind, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _transition.Exit();
        }
    }

    /// <summary>Finds a viewer's session and notes that the viewer is still there; null where there is no such session any more.</summary>
    public ViewerSession? Touch(string sessionId)
    {
        if (_audience.Find(sessionId) is not { } session)
        {
            return null;
        }

        session.LastActivity = _clock.UtcNow;
        return session;
    }

    /// <summary>Lets a viewer leave; the last one's leaving begins the linger. Leaving twice is harmless.</summary>
    public async Task LeaveAsync(ViewerSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        await _transition.EnterAsync().ConfigureAwait(false);
        try
        {
            if (!_audience.Leave(session) || !_audience.IsEmpty || _output is null)
            {
                return;
            }

            if (_options.Linger <= ClockTime.Zero)
            {
                await GoOffAirAsync().ConfigureAwait(false);
                return;
            }

            Background(_audience.LingerAsync(EndLingerAsync, _disposed.Token));
        }
        finally
        {
            _transition.Exit();
        }
    }

    /// <summary>Takes the channel off the air for good.</summary>
    public async ValueTask DisposeAsync()
    {
        _disposed.Cancel();
        await _transition.EnterAsync().ConfigureAwait(false);
        try
        {
            _audience.Clear();
            await GoOffAirAsync().ConfigureAwait(false);
            await _kept.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _transition.Exit();
        }
    }

    /// <summary>What the channel sends, once it is on the air; where it was not, all who stayed through a failure get it too.</summary>
    private async Task<ChannelOutput> BeOnAirAsync(ViewerKind kind, CancellationToken cancellationToken)
    {
        if (_output is null)
        {
            // A station that shuts down does not wait for a slow file to open.
            using var starting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token);
            try
            {
                await GoOnAirAsync(kind, starting.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (!starting.IsCancellationRequested)
            {
                _failure = $"It could not be started: {exception.Message}";
                throw;
            }

            _failure = null;
            _audience.MoveTo(_output!);
        }

        ChannelOutput output = _output!;
        if (kind == ViewerKind.Hls || _audience.Has(ViewerKind.Hls))
        {
            output.UseHls();
        }

        return output;
    }

    private async Task GoOnAirAsync(ViewerKind kind, CancellationToken cancellationToken)
    {
        Instant now = _clock.UtcNow;
        Airing airing = _schedules.GetAiring(Channel.Id, now);
        (ChannelOutput output, ChannelFeed feed, IProducer producer) = Create();
        PlayoutPlan plan;
        try
        {
            Instant startAt = now;
            if (kind == ViewerKind.Hls)
            {
                output.UseHls();
                startAt = PrerollFrom(now, output);
            }

            PlayoutEntry first = _schedules.GetAiring(Channel.Id, startAt).Entry;
            plan = _schedules.GetPlan(Channel.Id, first.Start, now + _options.Horizon);
            await producer.PrepareAsync(plan, startAt, cancellationToken).ConfigureAwait(false);
            await producer.StartAsync(cancellationToken).ConfigureAwait(false);
            output.SwitchAt(feed, startAt);
            await output.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await producer.DisposeAsync().ConfigureAwait(false);
            await output.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        _onAir = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token);
        (_output, _producer) = (output, producer);
        _upkeep = UpkeepAsync(output, producer, plan.End, _onAir.Token);
        _ = producer.Completion.ContinueWith(
            failed => Background(FailAsync(output, failed.Exception!.GetBaseException())),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        RuntimeLog.OnAir(_logger, Channel.ShortName, airing.Entry.Title);
        _kept.End();
    }

    /// <summary>
    /// When a channel starts whose first viewer takes segments: so much earlier than now that the first playlist is long enough to play from
    /// until the next one, in the items before where it has to be.
    /// </summary>
    private Instant PrerollFrom(Instant now, ChannelOutput output)
    {
        // A machine without a clock may believe that 1970 has only just begun.
        Instant from = Instant.Max(now - (output.HlsTarget * _options.HlsPreroll).ToDuration(), NodaConstants.UnixEpoch);
        PlayoutEntry entry = _schedules.GetAiring(Channel.Id, now).Entry;
        while (from < entry.Start)
        {
            PlayoutEntry before = _schedules.GetAiring(Channel.Id, entry.Start - Duration.Epsilon).Entry;
            if (before.File is null)
            {
                return entry.Start;
            }

            entry = before;
        }

        return from;
    }

    private (ChannelOutput Output, ChannelFeed Feed, IProducer Producer) Create()
    {
        ChannelOutput output = _content.Copy is { } formats
            ? new ChannelOutput(Channel.Name, _line, formats, _pipelines) { Rates = _content.Rates ?? ChannelRates.Declared(formats) }
            : new ChannelOutput(Channel.Name, _line, _content.Raw, _pipelines);
        output.Failed = error => Background(FailAsync(output, error));
        var slates = new SlateItems(
            Channel,
            _line,
            _content.Raw,
            _content.Copy,
            entry => _schedules.GetAiring(Channel.Id, entry.End).Entry,
            _itemPipelines);
        IItemOpener items = _content.Copy is null
            ? new TranscodeItems(_line, _content.Raw, slates, _kept.Shelf, _itemPipelines)
            : new CopyItems(output, _kept.Shelf, _itemPipelines);
        ChannelFeed feed = output.OpenFeed($"{Channel.ShortName}-normal-{++_producers}");
        var producer = new NormalProducer(
            feed.Id,
            new Uri($"/channels/{Channel.ShortName}/live.ts", UriKind.Relative),
            output,
            feed,
            _executor,
            items,
            slates,
            _late,
            _logger);
        return (output, feed, producer);
    }

    private async Task GoOffAirAsync()
    {
        if (_output is not { } output)
        {
            return;
        }

        (IProducer? producer, CancellationTokenSource? onAir) = (_producer, _onAir);
        (_output, _producer, _onAir) = (null, null, null);
        onAir!.Cancel();
        await _upkeep.ConfigureAwait(false);
        onAir.Dispose();
        await _kept.BeginAsync().ConfigureAwait(false);
        await producer!.DisposeAsync().ConfigureAwait(false);
        await output.DisposeAsync().ConfigureAwait(false);
        RuntimeLog.OffAir(_logger, Channel.ShortName);
    }

    /// <summary>
    /// Takes the channel off the air because something it cannot be without failed. Streams end, which tells their viewers; sessions stay
    /// until those leave or fall silent.
    /// </summary>
    private async Task FailAsync(ChannelOutput output, Exception error)
    {
        await _transition.EnterAsync().ConfigureAwait(false);
        try
        {
            if (!ReferenceEquals(_output, output))
            {
                return;
            }

            RuntimeLog.ChannelFailed(_logger, Channel.ShortName, error);
            _failure = error.Message;
            Background(ForgetSilentAsync());
            await GoOffAirAsync().ConfigureAwait(false);
        }
        finally
        {
            _transition.Exit();
        }
    }

    /// <summary>Takes the channel off the air where nobody has come by the linger's end.</summary>
    private async Task EndLingerAsync(CancellationToken joined)
    {
        await _transition.EnterAsync(joined).ConfigureAwait(false);
        try
        {
            if (!joined.IsCancellationRequested && _audience.IsEmpty)
            {
                await GoOffAirAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _transition.Exit();
        }
    }

    /// <summary>While on the air: every second, tells the producer more of the plan where it needs it, ends sessions that fell silent, and says so where the machine does not keep up.</summary>
    private async Task UpkeepAsync(ChannelOutput output, IProducer producer, Instant plannedUntil, CancellationToken stop)
    {
        long late = 0;
        ChannelInput? outOfOrder = null;
        Instant quietUntil = Instant.MinValue;
        try
        {
            while (true)
            {
                await _executor.WaitUntilAsync(_line.Station, _line.Station.Now + ClockTime.FromSeconds(1), stop).ConfigureAwait(false);
                Instant now = _clock.UtcNow;
                if (now + (_options.Horizon / 2) > plannedUntil)
                {
                    plannedUntil = await ExtendAsync(producer, plannedUntil, now + _options.Horizon, stop).ConfigureAwait(false);
                }

                if (output.OutOfOrder is { } item)
                {
                    if (!ReferenceEquals(item, outOfOrder))
                    {
                        PlayoutEntry entry = _schedules.GetAiring(Channel.Id, now).Entry;
                        RuntimeLog.FileOutOfOrder(_logger, Channel.ShortName, entry.File ?? entry.Title);
                    }

                    (outOfOrder, late) = (item, output.LatePackets);
                }
                else if (outOfOrder is not null)
                {
                    // What was late in the last second was of that item still, and not the machine's fault.
                    (outOfOrder, late) = (null, output.LatePackets);
                }
                else if (output.LatePackets > late && now >= quietUntil)
                {
                    RuntimeLog.CannotKeepUp(_logger, Channel.ShortName, output.LatePackets - late);
                    (late, quietUntil) = (output.LatePackets, now + s_complaintInterval);
                }

                LeaveSilent();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Off the air.
        }
    }

    /// <summary>While the channel has failed: ends sessions that fall silent.</summary>
    private async Task ForgetSilentAsync()
    {
        try
        {
            while (_failure is not null && !_audience.IsEmpty)
            {
                await _executor.WaitUntilAsync(_line.Station, _line.Station.Now + ClockTime.FromSeconds(1), _disposed.Token).ConfigureAwait(false);
                LeaveSilent();
            }
        }
        catch (OperationCanceledException)
        {
            // The station is shutting down.
        }
    }

    private void LeaveSilent()
    {
        foreach (ViewerSession session in _audience.Silent())
        {
            // Leaving may take the channel off the air, which waits for its upkeep.
            Background(LeaveAsync(session));
        }
    }

    /// <summary>Tells the producer what comes; returns up to when it knows.</summary>
    private async Task<Instant> ExtendAsync(IProducer producer, Instant plannedUntil, Instant until, CancellationToken stop)
    {
        try
        {
            foreach (PlayoutEntry entry in _schedules.GetPlan(Channel.Id, plannedUntil, until).Entries)
            {
                await producer.PlayContentAsync(entry, stop).ConfigureAwait(false);
                plannedUntil = entry.End;
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // There are hours left to find out what comes.
            RuntimeLog.NoPlan(_logger, Channel.ShortName, exception);
        }

        return plannedUntil;
    }

    private void Background(Task task) => _ = task.ContinueWith(
        failed => RuntimeLog.Unexpected(_logger, Channel.ShortName, failed.Exception!.GetBaseException()),
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
