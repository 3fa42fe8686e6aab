using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

// Cancelled on the calling thread, because the callbacks only wake tasks. On the thread pool, a simulation would lose its order.
#pragma warning disable CA1849, VSTHRD103, MA0042, MA0045

namespace RetroVue.Runtime.Producers;

/// <summary>Plays a plan's entries one after the other, each at its time; a slate airs instead of an entry that cannot be played.</summary>
/// <remarks>
/// The next entry is opened <see cref="PrepareLead"/> before its time and holds its first frames until then. If an entry cannot be opened,
/// or fails while it plays, a slate airs until its end; the next entry is tried as usual. If an entry's file stalls, as on a disk that does
/// not answer, a slate airs too. When the file goes on, the entry comes back by itself, at its present position.
/// </remarks>
internal sealed class NormalProducer : IProducer
{
    private readonly ChannelOutput _output;
    private readonly ChannelFeed _feed;
    private readonly Executor _executor;
    private readonly TimedItems _timed;
    private readonly PlannedItems _items;
    private readonly HangingOpenings _hanging;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _completion;
    private readonly Retirement _retired;

    private PlannedEntries? _plan;
    private EntryPlayout? _onAir;
    private ItemPlayer? _next;
    private Task _playing = Task.CompletedTask;
    private volatile string? _failure;

    internal NormalProducer(
        string id,
        Uri streamEndpoint,
        ChannelOutput output,
        ChannelFeed feed,
        Executor executor,
        IItemOpener items,
        IItemOpener slates,
        HangingOpenings hanging,
        ILogger logger,
        ChannelTelemetry? telemetry = null)
    {
        Id = id;
        StreamEndpoint = streamEndpoint;
        _output = output;
        _feed = feed;
        _executor = executor;
        _completion = executor.CreateCompletion();
        _timed = new TimedItems(items, hanging, executor);
        _items = new PlannedItems(id, _timed, slates, output.Line, logger, telemetry);
        _hanging = hanging;
        _logger = logger;
        _retired = new Retirement(id, logger);
    }

    /// <inheritdoc/>
    /// <remarks>Five seconds, or three seconds before the entry is handed to the output if that is more.</remarks>
    public ClockTime PrepareLead => SwitchLead + ClockTime.FromSeconds(3);

    /// <summary>The longest time to open a file: there is time left to make a slate.</summary>
    internal static ClockTime OpenLimit => ClockTime.FromSeconds(4);

    /// <summary>
    /// How long before its time an entry is handed to the output, which works ahead. Until then, a slate may replace the entry on the air.
    /// </summary>
    private ClockTime SwitchLead => ClockTime.Max(ClockTime.FromSeconds(2), _output.Lead + ClockTime.FromMilliseconds(700));

    /// <inheritdoc/>
    public string Id { get; }

    /// <inheritdoc/>
    public ProducerState State { get; private set; }

    /// <inheritdoc/>
    public ProducerHealth Health => State switch
    {
        ProducerState.Stopped => ProducerHealth.Stopped,
        ProducerState.Error => ProducerHealth.Failed,
        _ => HealthReason is null ? ProducerHealth.Running : ProducerHealth.Degraded,
    };

    /// <inheritdoc/>
    public string? HealthReason => _failure ?? _onAir?.Problem;

    /// <inheritdoc/>
    public Uri StreamEndpoint { get; }

    /// <inheritdoc/>
    public Task Completion => _completion.Task;

    /// <inheritdoc/>
    public async Task PrepareAsync(PlayoutPlan plan, Instant startAt, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.At(startAt) is not { } airing)
        {
            throw new ArgumentException($"The plan runs from {plan.Start} to {plan.End} and does not contain {startAt}.", nameof(startAt));
        }

        State = ProducerState.Starting;
        _plan = new PlannedEntries(plan, airing, _executor);
        _onAir = new EntryPlayout(Id, _plan, _items, _timed, _hanging, _output, _feed, _executor, _retired, _logger);
        _onAir.Take(await _items.OpenAsync(airing.Entry, _output.Line.At(startAt), cancellationToken).ConfigureAwait(false));
        if (_plan.TryTake(Ahead(SwitchLead)) is { } following)
        {
            // An output that catches up reaches the next entry at once, and one that encodes works more than a second ahead.
            _next = await _items.OpenAsync(following, _output.Line.At(following.Start), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        (PlannedEntries plan, EntryPlayout onAir) = (Plan, _onAir!);
        State = ProducerState.Running;
        onAir.Air(onAir.Player, plan.OnAir, _output.Line.At(plan.OnAir.Start));
        onAir.Air(_next, plan.Prepared, _output.Line.At(plan.OnAir.End));
        onAir.Start();
        _playing = PlayAsync(plan, onAir, _stop.Token);
        _ = _feed.Displaced.ContinueWith(
            _ => EndPlaying(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task PlayContentAsync(PlayoutEntry entry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        Plan.Add(entry);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public bool ReplacePlan(PlayoutPlan plan, Instant from)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return from >= Ahead(PrepareLead) && Plan.TryReplace(plan, from, SwitchLead.ToDuration());
    }

    /// <inheritdoc/>
    public async Task StopAsync()
    {
        if (State is ProducerState.Stopped)
        {
            return;
        }

        State = ProducerState.Stopping;
        EndPlaying();
        await _playing.ConfigureAwait(false);
        if (_onAir is { } onAir)
        {
            await onAir.StopAsync().ConfigureAwait(false);
            onAir.Retire(_next);
            _next = null;
        }

        await _retired.WaitAsync().ConfigureAwait(false);
        _failure = null;
        State = ProducerState.Stopped;
        _completion.TrySetResult();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private PlannedEntries Plan => _plan ?? throw new InvalidOperationException("The producer has not been prepared.");

    private async Task PlayAsync(PlannedEntries plan, EntryPlayout onAir, CancellationToken stop)
    {
        try
        {
            Task handover = Task.CompletedTask;
            while (true)
            {
                PlayoutEntry following = plan.Prepared ?? await TakeFollowingAsync(plan, onAir, stop).ConfigureAwait(false);
                ClockTime start = _output.Line.At(following.Start);
                if (_next is null)
                {
                    Task<ItemPlayer?> opening = _items.OpenAsync(following, start, stop);
                    await onAir.PlayUntilAsync(opening, null, stop).ConfigureAwait(false);
                    _next = await opening.ConfigureAwait(false);
                    await onAir.PlayUntilAsync(WaitUntilAsync(start - SwitchLead, stop), _next, stop).ConfigureAwait(false);
                    await handover.ConfigureAwait(false);
                    stop.ThrowIfCancellationRequested();
                    await onAir.EndReturnAsync().ConfigureAwait(false);
                    onAir.Air(_next, plan.Prepared, start);
                }

                // A new plan can begin no earlier than an opened entry's start plus the time between its opening and its handover.
                await WaitUntilAsync(start, stop).ConfigureAwait(false);
                await onAir.EndReturnAsync().ConfigureAwait(false);
                onAir.TellOfMissingEnd();
                handover = HandOver(onAir, start, stop);
                plan.GoOn();
                onAir.Take(_next);
                _next = null;
            }
        }
        catch (Exception exception) when (stop.IsCancellationRequested && exception is OperationCanceledException)
        {
            // Stopped: the end of every producer's life.
        }
        catch (Exception exception)
        {
            _failure = exception.Message;
            State = ProducerState.Error;
            _completion.TrySetException(exception);
        }
        finally
        {
            await onAir.EndReturnAsync().ConfigureAwait(false);
            _completion.TrySetResult();
        }
    }

    /// <summary>
    /// Takes the next entry when it is time to open it, and watches the entry on the air meanwhile. The next entry of a long one may be
    /// unknown for hours, and it may change.
    /// </summary>
    private async Task<PlayoutEntry> TakeFollowingAsync(PlannedEntries plan, EntryPlayout onAir, CancellationToken stop)
    {
        while (true)
        {
            Task changed = plan.Changed;
            stop.ThrowIfCancellationRequested();
            if (plan.TryTake(Ahead(PrepareLead)) is { } following)
            {
                return following;
            }

            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stop);
            try
            {
                Task due = plan.NextStart is { } next ? WaitUntilAsync(_output.Line.At(next) - PrepareLead, waiting.Token) : changed;
                await onAir.PlayUntilAsync(Task.WhenAny(due, changed), null, stop).ConfigureAwait(false);
            }
            finally
            {
                waiting.Cancel();
            }
        }
    }

    /// <summary>
    /// Lets the last item give its remaining media first: an output that still catches up with station time needs it. An item that follows
    /// a short one must not be handed over while the short one still waits for its turn, because the short one would lose it.
    /// </summary>
    private Task HandOver(EntryPlayout onAir, ClockTime start, CancellationToken stop)
    {
        ItemPlayer? ended = onAir.Player;
        Task handover = _next is null || ended is null
            ? Task.CompletedTask
            : Task.WhenAny(ended.Completion, WaitUntilAsync(ClockTime.Max(start, _output.Line.Now) + PrepareLead, stop));
        // Awaits a task of its own: if several await the same task, .NET continues one at once and the others on the thread pool.
        onAir.Retire(ended, Task.WhenAny(handover));
        return handover;
    }

    private Task WaitUntilAsync(ClockTime time, CancellationToken stop) =>
        _executor.WaitUntilAsync(_output.Line.Station, _output.Line.ToStation(time), stop);

    /// <summary>Returns the instant that is a lead ahead of station time.</summary>
    private Instant Ahead(ClockTime lead) => _output.Line.ToInstant(_output.Line.Now + lead);

    /// <summary>Notes that the producer was stopped, or another one is on the air: an item that ends from now on has not failed.</summary>
    private void EndPlaying()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Stopped already.
        }

        _plan?.Close();
    }
}
