using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;

// Cancelled on the calling thread, because the callbacks only wake tasks. On the thread pool, a simulation would lose its order.
#pragma warning disable CA1849, VSTHRD103, MA0042, MA0045

namespace RetroVue.Runtime.Producers;

/// <summary>Tries to bring back an entry whose file has stalled: opens the file again and again, until its media arrives in time.</summary>
internal sealed class ItemReturn
{
    /// <summary>The smallest distance between the output's position in the slate and the beginning of an item that is ready.</summary>
    private static readonly ClockTime s_leastSpare = ClockTime.FromMilliseconds(500);

    /// <summary>The same distance at the time of the opening.</summary>
    private static readonly ClockTime s_spare = ClockTime.FromSeconds(2);

    private static readonly ClockTime s_leastRest = ClockTime.FromSeconds(5);
    private static readonly ClockTime s_longestPause = ClockTime.FromSeconds(30);
    private static readonly ClockTime s_look = ClockTime.FromMilliseconds(20);

    private readonly PlayoutEntry _entry;
    private readonly IItemOpener _items;
    private readonly HangingOpenings _hanging;
    private readonly ChannelOutput _output;
    private readonly ChannelLine _line;
    private readonly Executor _executor;
    private readonly Action<ItemPlayer> _retire;
    private readonly CancellationTokenSource _stop;

    private ItemReturn(
        PlayoutEntry entry,
        IItemOpener items,
        HangingOpenings hanging,
        ChannelOutput output,
        Executor executor,
        Action<ItemPlayer> retire,
        CancellationToken stop)
    {
        (_entry, _items, _hanging, _output, _line, _executor, _retire) = (entry, items, hanging, output, output.Line, executor, retire);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
    }

    /// <summary>
    /// Completes with the item when it is ready. It is to be put on the air at the beginning of its sink, which the output has not reached
    /// yet. Null if the rest of the entry is too short.
    /// </summary>
    public Task<ItemPlayer?> Player { get; private set; } = Task.FromResult<ItemPlayer?>(null);

    /// <summary>Begins to try.</summary>
    /// <param name="entry">The stalled entry.</param>
    /// <param name="items">Opens its file.</param>
    /// <param name="hanging">Says when an opening that hung has ended.</param>
    /// <param name="output">The channel's output.</param>
    /// <param name="executor">Runs the channel.</param>
    /// <param name="retire">Disposes of a player in the background.</param>
    /// <param name="pause">The pause before the first attempt; it doubles before each further one.</param>
    /// <param name="stop">Stops the attempts.</param>
    public static ItemReturn Begin(
        PlayoutEntry entry,
        IItemOpener items,
        HangingOpenings hanging,
        ChannelOutput output,
        Executor executor,
        Action<ItemPlayer> retire,
        ClockTime pause,
        CancellationToken stop)
    {
        var begun = new ItemReturn(entry, items, hanging, output, executor, retire, stop);
        begun.Player = begun.TryAsync(pause);
        return begun;
    }

    /// <summary>Stops the attempts. Returns the player if there is one by now; the caller then owns it.</summary>
    public async Task<ItemPlayer?> EndAsync()
    {
        _stop.Cancel();
        ItemPlayer? player = await Player.ConfigureAwait(false);
        _stop.Dispose();
        return player;
    }

    private async Task<ItemPlayer?> TryAsync(ClockTime pause)
    {
        try
        {
            while (true)
            {
                await WaitUntilAsync(_line.Now + pause).ConfigureAwait(false);
                if (_hanging.EndOf(_entry.File!) is { } end)
                {
                    // The disk still does not answer. When this task ends, it does.
                    await end.WaitAsync(_stop.Token).ConfigureAwait(false);
                }

                ClockTime from = _line.Now + _output.Lead + s_spare;
                if (_line.At(_entry.End) - from < s_leastRest)
                {
                    return null;
                }

                if (await TryOpenAsync(from).ConfigureAwait(false) is { } player)
                {
                    return player;
                }

                pause = ClockTime.Min(pause * 2, s_longestPause);
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>
    /// Opens the item and waits for its beginning; null if the item does not open, or its beginning does not arrive in time.
    /// </summary>
    private async Task<ItemPlayer?> TryOpenAsync(ClockTime from)
    {
        ItemPlayer player;
        try
        {
            player = await _items.OpenAsync(_entry, from, from, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception) when (!_stop.IsCancellationRequested)
        {
            // The problem has been logged already.
            return null;
        }

        try
        {
            // A file may open from cached data although its disk does not answer. When its media arrives, the disk is back.
            while (!player.Sink.HasBegun())
            {
                await WaitUntilAsync(_line.Now + s_look).ConfigureAwait(false);
            }

            ClockTime begin = player.Sink.BeginTogether();
            if (begin - _line.Now >= _output.Lead + s_leastSpare && _line.At(_entry.End) - begin >= s_leastRest)
            {
                return player;
            }
        }
        catch (OperationCanceledException)
        {
            _retire(player);
            throw;
        }

        _retire(player);
        return null;
    }

    private Task WaitUntilAsync(ClockTime time) => _executor.WaitUntilAsync(_line.Station, _line.ToStation(time), _stop.Token);
}
