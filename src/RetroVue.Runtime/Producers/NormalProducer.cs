using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;

// Cancelled on the calling thread, whose callbacks only wake tasks: on the thread pool, a simulation would lose its order.
#pragma warning disable CA1849, VSTHRD103, MA0042, MA0045

namespace RetroVue.Runtime.Producers;

/// <summary>Plays a plan's entries one after the other, each at its time; a slate where one cannot be played.</summary>
/// <remarks>
/// The entry that follows is opened <see cref="PrepareLead"/> before its time and holds its first frames until then. An entry that cannot
/// be opened, or fails while it plays, gives way to a slate until its end; the next entry is tried as usual. One whose file stalls, as on
/// a disk that does not answer, gives way to a slate too, and comes back by itself where it should be by then once the file goes on.
/// </remarks>
public sealed class NormalProducer : IProducer
{
    /// <summary>How long after a stall its file is tried again; twice as long after each further one of the same entry.</summary>
    private static readonly ClockTime s_returnPause = ClockTime.FromSeconds(1);

    private static readonly ClockTime s_longestReturnPause = ClockTime.FromSeconds(60);

    private readonly ChannelOutput _output;
    private readonly ChannelFeed _feed;
    private readonly Executor _executor;
    private readonly PatientItems _items;
    private readonly IItemOpener _slates;
    private readonly LateFiles _late;
    private readonly ILogger _logger;
    private readonly StallWatch _stalls;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _completion;
    private readonly List<Task> _retired = [];

    // Continuations run on whoever adds an entry, which keeps a simulation on its one thread.
    private readonly Channel<PlayoutEntry> _entries = Channel.CreateUnbounded<PlayoutEntry>(
        new UnboundedChannelOptions { AllowSynchronousContinuations = true, SingleReader = true });

    private ItemPlayer? _onAir;
    private ItemPlayer? _next;
    private ItemReturn? _return;
    private ClockTime _returnPause = s_returnPause;
    private PlayoutEntry? _firstEntry;
    private Instant _lastEnd;
    private Task _playing = Task.CompletedTask;
    private volatile string? _healthReason;

    internal NormalProducer(
        string id,
        Uri streamEndpoint,
        ChannelOutput output,
        ChannelFeed feed,
        Executor executor,
        IItemOpener items,
        IItemOpener slates,
        LateFiles late,
        ILogger logger)
    {
        Id = id;
        StreamEndpoint = streamEndpoint;
        _output = output;
        _feed = feed;
        _executor = executor;
        _completion = executor.CreateCompletion();
        _items = new PatientItems(items, late, executor);
        _slates = slates;
        _late = late;
        _logger = logger;
        _stalls = new StallWatch(id, executor, output);
    }

    /// <summary>How long before its time an entry is opened: five seconds, or three before it is handed over where that is earlier.</summary>
    public ClockTime PrepareLead => SwitchLead + ClockTime.FromSeconds(3);

    /// <summary>How long opening a file may take: there is time left to make a slate.</summary>
    internal static ClockTime OpenLimit => ClockTime.FromSeconds(4);

    /// <summary>
    /// How long before its time an entry is handed to the output, which works ahead of that; until then a slate may take the place of the one
    /// on the air.
    /// </summary>
    private ClockTime SwitchLead => ClockTime.Max(ClockTime.FromSeconds(2), _output.Lead + ClockTime.FromMilliseconds(700));

    /// <summary>The shortest slate that takes the place of something that failed.</summary>
    private static ClockTime ShortestSlate => ClockTime.FromSeconds(1);

    /// <inheritdoc/>
    public string Id { get; }

    /// <inheritdoc/>
    public ProducerState State { get; private set; }

    /// <inheritdoc/>
    public ProducerHealth Health { get; private set; }

    /// <inheritdoc/>
    public string? HealthReason => _healthReason;

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
        _firstEntry = airing.Entry;
        _lastEnd = plan.End;
        foreach (PlayoutEntry entry in plan.Entries.Where(entry => entry.Start > airing.Entry.Start))
        {
            _entries.Writer.TryWrite(entry);
        }

        _onAir = await OpenAsync(airing.Entry, _output.Line.At(startAt), cancellationToken).ConfigureAwait(false);
        TellHealth(_onAir);
        if (_entries.Reader.TryPeek(out PlayoutEntry? following) && _output.Line.At(following.Start) <= _output.Line.Now + SwitchLead)
        {
            // An output that catches up comes to the next entry at once, and one that encodes works more than a second ahead.
            _next = await OpenAsync(following, _output.Line.At(following.Start), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (_firstEntry is not { } entry)
        {
            throw new InvalidOperationException("The producer has not been prepared.");
        }

        State = ProducerState.Running;
        Air(_onAir, _output.Line.At(entry.Start));
        Air(_next, _output.Line.At(entry.End));
        _stalls.Start();
        _playing = PlayAsync(entry, _stop.Token);
        _ = _feed.Displaced.ContinueWith(
            _ => EndPlaying(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task PlayContentAsync(PlayoutEntry entry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Start != _lastEnd)
        {
            throw new ArgumentException($"The entry starts at {entry.Start}, but the plan so far ends at {_lastEnd}.", nameof(entry));
        }

        _lastEnd = entry.End;
        _entries.Writer.TryWrite(entry);
        return Task.CompletedTask;
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
        await _stalls.StopAsync().ConfigureAwait(false);
        (ItemPlayer? onAir, ItemPlayer? next) = (_onAir, _next);
        (_onAir, _next) = (null, null);
        Retire(onAir);
        Retire(next);
        await Task.WhenAll(_retired).ConfigureAwait(false);

        State = ProducerState.Stopped;
        Health = ProducerHealth.Stopped;
        _healthReason = null;
        _completion.TrySetResult();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task PlayAsync(PlayoutEntry entry, CancellationToken stop)
    {
        try
        {
            Task handover = Task.CompletedTask;
            while (true)
            {
                // What is on the air is watched meanwhile: of a long entry it is not known for hours what follows.
                Task<PlayoutEntry> coming = _entries.Reader.ReadAsync(CancellationToken.None).AsTask();
                await PlayUntilAsync(entry, coming, stop).ConfigureAwait(false);
                PlayoutEntry following = await coming.ConfigureAwait(false);
                ClockTime start = _output.Line.At(following.Start);
                if (_next is null)
                {
                    await PlayUntilAsync(entry, WaitUntilAsync(start - PrepareLead, stop), stop).ConfigureAwait(false);
                    Task<ItemPlayer?> opening = OpenAsync(following, start, stop);
                    await PlayUntilAsync(entry, opening, stop).ConfigureAwait(false);
                    _next = await opening.ConfigureAwait(false);
                    await PlayUntilAsync(entry, WaitUntilAsync(start - SwitchLead, stop), stop).ConfigureAwait(false);
                    await handover.ConfigureAwait(false);
                    stop.ThrowIfCancellationRequested();
                    await EndReturnAsync().ConfigureAwait(false);
                    Air(_next, start);
                }

                await WaitUntilAsync(start, stop).ConfigureAwait(false);
                await EndReturnAsync().ConfigureAwait(false);
                TellOfMissingEnd(entry, _onAir);
                handover = HandOver(_onAir, start, stop);
                (entry, _onAir, _next) = (following, _next, null);
                _returnPause = s_returnPause;
                TellHealth(_onAir);
            }
        }
        catch (Exception exception) when (stop.IsCancellationRequested && exception is OperationCanceledException or ChannelClosedException)
        {
            // Stopped: the end of every producer's life.
        }
        catch (Exception exception)
        {
            (State, Health) = (ProducerState.Error, ProducerHealth.Failed);
            _healthReason = exception.Message;
            _completion.TrySetException(exception);
        }
        finally
        {
            await EndReturnAsync().ConfigureAwait(false);
            _completion.TrySetResult();
        }
    }

    /// <summary>
    /// Lets an item that has been followed give what is left of it first: an output that still catches up with station time takes that, and
    /// the item after a short next one must not come while that still waits for its turn, which it would lose.
    /// </summary>
    private Task HandOver(ItemPlayer? ended, ClockTime start, CancellationToken stop)
    {
        Task handover = _next is null || ended is null
            ? Task.CompletedTask
            : Task.WhenAny(ended.Completion, WaitUntilAsync(ClockTime.Max(start, _output.Line.Now) + PrepareLead, stop));
        // Awaits a task of its own: of several that await the same, .NET lets one go on at once and the others on the thread pool.
        Retire(ended, Task.WhenAny(handover));
        return handover;
    }

    /// <summary>Waits; if the entry on the air fails, stalls or is over too early, a slate takes its place, until what stalled returns.</summary>
    private async Task PlayUntilAsync(PlayoutEntry entry, Task until, CancellationToken stop)
    {
        while (_onAir is { } player)
        {
            if (player.MayReturn)
            {
                _return ??= ItemReturn.Begin(
                    entry, _items, _late, _output, _executor, late => Retire(late), _returnPause, stop);
            }

            Task stalled = _stalls.StallOf(player);
            await Task.WhenAny(until, player.Completion, stalled, _return?.Player ?? stalled).ConfigureAwait(false);
            if (until.IsCompleted || stop.IsCancellationRequested || _feed.Displaced.IsCompleted)
            {
                break;
            }

            if (_return is { Player.IsCompleted: true } returned)
            {
                _return = null;
                Return(entry, player, await returned.EndAsync().ConfigureAwait(false));
                continue;
            }

            // What comes before that the output has taken already.
            ClockTime from = _output.Line.Now + _output.Lead;
            if (player.Completion.IsCompletedSuccessfully && player.Input.PresentedUntil is { IsNone: false } end)
            {
                // The output has taken its last picture, but that is shown for as long as it lasts.
                from = ClockTime.Max(from, end);
            }

            if (player.Input.Until - from < ShortestSlate)
            {
                break;
            }

            _onAir = null;
            await ReplaceAsync(entry, player, from, stalled.IsCompleted && !player.Completion.IsCompleted, stop).ConfigureAwait(false);
        }

        await until.ConfigureAwait(false);
    }

    /// <summary>Says so where an item failed or was over too late for a slate to take its place.</summary>
    private void TellOfMissingEnd(PlayoutEntry entry, ItemPlayer? ended)
    {
        if (ended is not { IsSlate: false, Completion.IsCompleted: true })
        {
            return;
        }

        Exception? error = ended.Completion.Exception?.GetBaseException();
        ClockTime last = ended.Input.PresentedUntil;
        if (error is not null || last.IsNone || ended.Input.Until - last > ShortestSlate)
        {
            RuntimeLog.ItemEndMissing(
                _logger, Id, entry.Title, entry.File ?? "slate", error?.Message ?? "The file ends there.", FileProblem.IfUnexpected(error));
        }
    }

    /// <summary>Puts a slate in the place of what ended early; if that was the slate already, nothing: it would fail again at once.</summary>
    private async Task ReplaceAsync(PlayoutEntry entry, ItemPlayer ended, ClockTime from, bool hasStalled, CancellationToken stop)
    {
        Exception? error = ended.Completion.Exception?.GetBaseException();
        // What is left of it would be taken while the slate is being opened, beyond where the slate begins.
        ended.Input.Discard();
        Retire(ended);
        if (ended.IsSlate)
        {
            RuntimeLog.SlateFailed(_logger, Id, entry.Title, error);
            return;
        }

        error = hasStalled ? new StalledFileException(entry.File!, "has stopped coming") : error;
        if (hasStalled)
        {
            RuntimeLog.ItemStalled(_logger, Id, entry.Title, entry.File!);
        }
        else
        {
            RuntimeLog.ItemEndedEarly(
                _logger, Id, entry.Title, entry.File ?? "slate", error?.Message ?? "The file ends there.", FileProblem.IfUnexpected(error));
        }

        _onAir = await OpenSlateAsync(entry, from, error?.Message ?? $"'{entry.File}' is over before its time.", hasStalled, stop).ConfigureAwait(false);
        TellHealth(_onAir);
        Air(_onAir, from);
    }

    /// <summary>Puts an item that has stalled on the air again, in the place of its slate.</summary>
    private void Return(PlayoutEntry entry, ItemPlayer slate, ItemPlayer? returned)
    {
        if (returned is null)
        {
            slate.MayReturn = false;
            return;
        }

        slate.Input.EndAt(returned.Input.From);
        Air(returned, returned.Input.From);
        Retire(slate, Task.WhenAny(slate.Completion, WaitUntilAsync(returned.Input.From + PrepareLead, _stop.Token)));
        _returnPause = ClockTime.Min(_returnPause + _returnPause, s_longestReturnPause);
        _onAir = returned;
        TellHealth(returned);
        RuntimeLog.ItemReturned(_logger, Id, entry.Title, entry.File!);
    }

    private async Task EndReturnAsync()
    {
        if (_return is { } ending)
        {
            _return = null;
            Retire(await ending.EndAsync().ConfigureAwait(false));
        }
    }

    /// <summary>Disposes of a player, which nobody waits for before the producer stops: one whose file hangs takes seconds.</summary>
    private void Retire(ItemPlayer? player, Task? after = null)
    {
        if (player is not null)
        {
            lock (_retired)
            {
                _retired.RemoveAll(task => task.IsCompletedSuccessfully);
                _retired.Add(RetireAsync());
            }
        }

        async Task RetireAsync()
        {
            if (after is not null)
            {
                await after.ConfigureAwait(false);
            }

            await player.DisposeAsync().ConfigureAwait(false);
        }
    }

    private Task WaitUntilAsync(ClockTime time, CancellationToken stop) =>
        _executor.WaitUntilAsync(_output.Line.Station, _output.Line.ToStation(time), stop);

    private void Air(ItemPlayer? player, ClockTime at)
    {
        if (player is not null)
        {
            _feed.SwitchAt(player.Input, at);
        }
    }

    /// <summary>Stopped, or another producer is on the air: what ends from now on is no failure.</summary>
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

        // To cancel the reading instead would go on with it on the thread pool.
        _entries.Writer.TryComplete();
    }

    private void TellHealth(ItemPlayer? player)
    {
        _healthReason = player is null ? "Not even a slate can be aired." : player.Problem;
        Health = _healthReason is null ? ProducerHealth.Running : ProducerHealth.Degraded;
    }

    private async Task<ItemPlayer?> OpenAsync(PlayoutEntry entry, ClockTime from, CancellationToken cancellationToken)
    {
        string? problem = null;
        bool mayReturn = false;
        if (entry.File is not null)
        {
            try
            {
                return await _items.OpenAsync(entry, from, _output.Line.At(entry.Start), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                (problem, mayReturn) = (exception.Message, exception is StalledFileException);
                RuntimeLog.ItemFailed(_logger, Id, entry.Title, entry.File, problem, FileProblem.IfUnexpected(exception));
            }
        }

        return await OpenSlateAsync(entry, from, problem, mayReturn, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ItemPlayer?> OpenSlateAsync(PlayoutEntry entry, ClockTime from, string? problem, bool mayReturn, CancellationToken cancellationToken)
    {
        try
        {
            ItemPlayer slate = await _slates.OpenAsync(entry, from, from, cancellationToken).ConfigureAwait(false);
            (slate.IsSlate, slate.MayReturn, slate.Problem) = (true, mayReturn, problem);
            return slate;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Not even a slate: the stream goes on without pictures until the next entry.
            RuntimeLog.ItemFailed(_logger, Id, entry.Title, "slate", exception.Message, exception);
            return null;
        }
    }
}
