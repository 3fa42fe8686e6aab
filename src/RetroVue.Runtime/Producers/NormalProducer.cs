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
/// be opened, or fails while it plays, gives way to a slate until its end; the next entry is tried as usual.
/// </remarks>
public sealed class NormalProducer : IProducer
{
    private readonly ChannelOutput _output;
    private readonly Executor _executor;
    private readonly IItemOpener _items;
    private readonly IItemOpener _slates;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();

    // Continuations run on whoever adds an entry, which keeps a simulation on its one thread.
    private readonly Channel<PlayoutEntry> _entries = Channel.CreateUnbounded<PlayoutEntry>(
        new UnboundedChannelOptions { AllowSynchronousContinuations = true, SingleReader = true });

    private ItemPlayer? _onAir;
    private ItemPlayer? _next;
    private PlayoutEntry? _firstEntry;
    private Instant _lastEnd;
    private Task _playing = Task.CompletedTask;

    internal NormalProducer(
        string id,
        Uri streamEndpoint,
        ChannelOutput output,
        Executor executor,
        IItemOpener items,
        IItemOpener slates,
        ILogger logger)
    {
        Id = id;
        StreamEndpoint = streamEndpoint;
        _output = output;
        _executor = executor;
        _items = items;
        _slates = slates;
        _logger = logger;
    }

    /// <summary>How long before its time an entry is opened: five seconds.</summary>
    public static ClockTime PrepareLead => ClockTime.FromSeconds(5);

    /// <summary>How long opening a file may take: there is time left to make a slate.</summary>
    internal static ClockTime OpenLimit => ClockTime.FromSeconds(4);

    /// <summary>How long before its time an entry is handed to the output; until then a slate may take the place of the one on the air.</summary>
    private static ClockTime SwitchLead => ClockTime.FromSeconds(2);

    /// <summary>How far ahead a slate begins that takes the place of something that failed: what the output has already taken.</summary>
    private static ClockTime SlateLead => ClockTime.FromSeconds(1);

    /// <inheritdoc/>
    public string Id { get; }

    /// <inheritdoc/>
    public ProducerState State { get; private set; }

    /// <inheritdoc/>
    public ProducerHealth Health { get; private set; }

    /// <inheritdoc/>
    public Uri StreamEndpoint { get; }

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
        if (_entries.Reader.TryPeek(out PlayoutEntry? following) && _output.Line.At(following.Start) <= _output.Line.Now)
        {
            // An output that catches up comes to the next entry at once.
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
        _playing = PlayAsync(entry, _stop.Token);
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
        _stop.Cancel();
        await _playing.ConfigureAwait(false);
        (ItemPlayer? onAir, ItemPlayer? next) = (_onAir, _next);
        (_onAir, _next) = (null, null);
        await DisposeAsync(onAir).ConfigureAwait(false);
        await DisposeAsync(next).ConfigureAwait(false);

        State = ProducerState.Stopped;
        Health = ProducerHealth.Stopped;
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
            while (true)
            {
                PlayoutEntry following = await _entries.Reader.ReadAsync(stop).ConfigureAwait(false);
                ClockTime start = _output.Line.At(following.Start);
                if (_next is null)
                {
                    await PlayUntilAsync(entry, start - PrepareLead, stop).ConfigureAwait(false);
                    _next = await OpenAsync(following, start, stop).ConfigureAwait(false);
                    await PlayUntilAsync(entry, start - SwitchLead, stop).ConfigureAwait(false);
                    Air(_next, start);
                }

                await WaitUntilAsync(start, stop).ConfigureAwait(false);
                if (_next is not null && _onAir is { } last)
                {
                    // An output that still catches up with station time takes what is left of it first; and the item after a short next
                    // one must not come while that still waits for its turn, which it would lose.
                    await Task.WhenAny(last.Completion, WaitUntilAsync(ClockTime.Max(start, _output.Line.Now) + PrepareLead, stop)).ConfigureAwait(false);
                    stop.ThrowIfCancellationRequested();
                }

                ItemPlayer? ended = _onAir;
                (entry, _onAir, _next) = (following, _next, null);
                await DisposeAsync(ended).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped: the end of every producer's life.
        }
        catch (Exception exception)
        {
            (State, Health) = (ProducerState.Error, ProducerHealth.Stopped);
            _output.Failed?.Invoke(exception);
        }
    }

    /// <summary>Waits for a time on the line; where the entry on the air fails or is over too early, a slate takes its place.</summary>
    private async Task PlayUntilAsync(PlayoutEntry entry, ClockTime until, CancellationToken stop)
    {
        Task wait = WaitUntilAsync(until, stop);
        while (_onAir is { } player)
        {
            await Task.WhenAny(wait, player.Completion).ConfigureAwait(false);
            ClockTime from = _output.Line.Now + SlateLead;
            if (wait.IsCompleted || player.Input.Until - from < SlateLead)
            {
                break;
            }

            _onAir = null;
            await ReplaceAsync(entry, player, from, stop).ConfigureAwait(false);
        }

        await wait.ConfigureAwait(false);
    }

    /// <summary>Puts a slate in the place of what ended early; where that was the slate already, nothing: it would fail again at once.</summary>
    private async Task ReplaceAsync(PlayoutEntry entry, ItemPlayer ended, ClockTime from, CancellationToken stop)
    {
        Exception? error = ended.Completion.Exception?.GetBaseException();
        // What is left of it would be taken while the slate is being opened, beyond where the slate begins.
        await ended.DisposeAsync().ConfigureAwait(false);
        if (ended.IsSlate)
        {
            RuntimeLog.SlateFailed(_logger, Id, entry.Title, error);
            return;
        }

        RuntimeLog.ItemEndedEarly(_logger, Id, entry.Title, entry.File ?? "slate", error);
        _onAir = await OpenSlateAsync(entry, from, stop).ConfigureAwait(false);
        Air(_onAir, from);
    }

    private static ValueTask DisposeAsync(ItemPlayer? player) => player?.DisposeAsync() ?? ValueTask.CompletedTask;

    private Task WaitUntilAsync(ClockTime time, CancellationToken stop) =>
        _executor.WaitUntilAsync(_output.Line.Station, _output.Line.ToStation(time), stop);

    private void Air(ItemPlayer? player, ClockTime at)
    {
        if (player is not null)
        {
            _output.SwitchAt(player.Input, at);
        }
    }

    private async Task<ItemPlayer?> OpenAsync(PlayoutEntry entry, ClockTime from, CancellationToken cancellationToken)
    {
        if (entry.File is not null)
        {
            try
            {
                ItemPlayer player = await _items.OpenAsync(entry, from, cancellationToken).ConfigureAwait(false);
                Health = ProducerHealth.Running;
                return player;
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                RuntimeLog.ItemFailed(_logger, Id, entry.Title, entry.File, exception);
            }
        }

        return await OpenSlateAsync(entry, from, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ItemPlayer?> OpenSlateAsync(PlayoutEntry entry, ClockTime from, CancellationToken cancellationToken)
    {
        Health = entry.Kind == SegmentKind.Slate ? ProducerHealth.Running : ProducerHealth.Degraded;
        try
        {
            ItemPlayer slate = await _slates.OpenAsync(entry, from, cancellationToken).ConfigureAwait(false);
            slate.IsSlate = true;
            return slate;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Not even a slate: the stream goes on without pictures until the next entry.
            RuntimeLog.ItemFailed(_logger, Id, entry.Title, "slate", exception);
            return null;
        }
    }
}
