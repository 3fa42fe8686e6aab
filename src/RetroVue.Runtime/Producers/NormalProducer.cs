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

    /// <summary>What is on the air, or is to be first.</summary>
    private ItemPlayer? _player;
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

        _player = await OpenAsync(airing.Entry, _output.Line.At(startAt), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (_firstEntry is not { } entry)
        {
            throw new InvalidOperationException("The producer has not been prepared.");
        }

        State = ProducerState.Running;
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
        await EndAsync().ConfigureAwait(false);

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
        ItemPlayer? next = null;
        try
        {
            Air(_player, _output.Line.At(entry.Start));
            while (true)
            {
                PlayoutEntry following = await _entries.Reader.ReadAsync(stop).ConfigureAwait(false);
                ClockTime start = _output.Line.At(following.Start);
                await PlayUntilAsync(entry, start - PrepareLead, stop).ConfigureAwait(false);
                next = await OpenAsync(following, start, stop).ConfigureAwait(false);
                Air(next, start);
                await WaitUntilAsync(start, stop).ConfigureAwait(false);
                if (next is not null && _player is { } player)
                {
                    // An output that still catches up with station time takes what is left of it first; and the item after a short next
                    // one must not come while that still waits for its turn, which it would lose.
                    await Task.WhenAny(player.Completion, WaitUntilAsync(start + PrepareLead, stop)).ConfigureAwait(false);
                    stop.ThrowIfCancellationRequested();
                }

                await EndAsync().ConfigureAwait(false);
                (entry, _player, next) = (following, next, null);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped: the end of every producer's life.
        }
        finally
        {
            await EndAsync().ConfigureAwait(false);
            if (next is not null)
            {
                await next.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits for a time on the line; where the entry on the air fails or is over too early, a slate takes its place.</summary>
    private async Task PlayUntilAsync(PlayoutEntry entry, ClockTime until, CancellationToken stop)
    {
        Task wait = WaitUntilAsync(until, stop);
        while (_player is { } player)
        {
            await Task.WhenAny(wait, player.Completion).ConfigureAwait(false);
            if (wait.IsCompleted)
            {
                break;
            }

            ClockTime from = _output.Line.Now + SlateLead;
            if (!player.Completion.IsFaulted && player.Input.Until - from < SlateLead)
            {
                break;
            }

            Exception? error = player.Completion.Exception?.GetBaseException();
            RuntimeLog.ItemEndedEarly(_logger, Id, entry.Title, entry.File ?? "slate", error);
            // What is left of it would be taken while the slate is being opened, beyond where the slate begins.
            await EndAsync().ConfigureAwait(false);
            _player = await OpenSlateAsync(entry, from, stop).ConfigureAwait(false);
            Air(_player, from);
        }

        await wait.ConfigureAwait(false);
    }

    private async Task EndAsync()
    {
        (ItemPlayer? ended, _player) = (_player, null);
        if (ended is not null)
        {
            await ended.DisposeAsync().ConfigureAwait(false);
        }
    }

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
            catch (Exception exception) when (exception is not OperationCanceledException)
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
            return await _slates.OpenAsync(entry, from, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Not even a slate: the stream goes on without pictures until the next entry.
            RuntimeLog.ItemFailed(_logger, Id, entry.Title, "slate", exception);
            return null;
        }
    }
}
