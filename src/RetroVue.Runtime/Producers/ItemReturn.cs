using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;

// Cancelled on the calling thread, whose callbacks only wake tasks: on the thread pool, a simulation would lose its order.
#pragma warning disable CA1849, VSTHRD103, MA0042, MA0045

namespace RetroVue.Runtime.Producers;

/// <summary>Tries to bring back an entry whose file has stalled: opens it anew, again and again, until it comes in time.</summary>
internal sealed class ItemReturn
{
    /// <summary>How much more than the output has taken of the slate lies between an item that is ready and its beginning, at least.</summary>
    private static readonly ClockTime s_leastSpare = ClockTime.FromMilliseconds(500);

    /// <summary>The same, as it is opened.</summary>
    private static readonly ClockTime s_spare = ClockTime.FromSeconds(2);

    private static readonly ClockTime s_leastRest = ClockTime.FromSeconds(5);
    private static readonly ClockTime s_longestPause = ClockTime.FromSeconds(30);
    private static readonly ClockTime s_look = ClockTime.FromMilliseconds(20);

    private readonly PlayoutEntry _entry;
    private readonly IItemOpener _items;
    private readonly LateFiles _late;
    private readonly ChannelOutput _output;
    private readonly ChannelLine _line;
    private readonly Executor _executor;
    private readonly Action<ItemPlayer> _retire;
    private readonly CancellationTokenSource _stop;

    private ItemReturn(
        PlayoutEntry entry,
        IItemOpener items,
        LateFiles late,
        ChannelOutput output,
        Executor executor,
        Action<ItemPlayer> retire,
        CancellationToken stop)
    {
        (_entry, _items, _late, _output, _line, _executor, _retire) = (entry, items, late, output, output.Line, executor, retire);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
    }

    /// <summary>
    /// The item, once it is there, to be put on the air where its sink begins, which is further ahead than the output has taken of
    /// the slate; null if the rest of the entry is not worth it any more.
    /// </summary>
    public Task<ItemPlayer?> Player { get; private set; } = Task.FromResult<ItemPlayer?>(null);

    /// <summary>Begins to try.</summary>
    /// <param name="entry">What has stalled.</param>
    /// <param name="items">Opens it.</param>
    /// <param name="late">Tells when an opening that hung has ended.</param>
    /// <param name="output">Where it comes back.</param>
    /// <param name="executor">What runs the channel.</param>
    /// <param name="retire">Disposes of a player without being waited for.</param>
    /// <param name="pause">How long to wait before the first time; twice as long before each that follows.</param>
    /// <param name="stop">Gives up.</param>
    public static ItemReturn Begin(
        PlayoutEntry entry,
        IItemOpener items,
        LateFiles late,
        ChannelOutput output,
        Executor executor,
        Action<ItemPlayer> retire,
        ClockTime pause,
        CancellationToken stop)
    {
        var begun = new ItemReturn(entry, items, late, output, executor, retire, stop);
        begun.Player = begun.TryAsync(pause);
        return begun;
    }

    /// <summary>Gives up; returns what there is by now, which is then the caller's.</summary>
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
                if (_late.EndOf(_entry.File!) is { } end)
                {
                    // The disk still does not answer; it is back when this has ended.
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

    /// <summary>The item, with its beginning there; null if it does not open, or its beginning does not come in time.</summary>
    private async Task<ItemPlayer?> TryOpenAsync(ClockTime from)
    {
        ItemPlayer player;
        try
        {
            player = await _items.OpenAsync(_entry, from, from, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception) when (!_stop.IsCancellationRequested)
        {
            // What is wrong with it has been said.
            return null;
        }

        try
        {
            // Of a file that opens and does not come, because only its beginning is in memory, this is when the disk is back.
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
