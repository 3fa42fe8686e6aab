using RetroVue.Media.Clocks;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

// Cancelled on the calling thread, whose callbacks only wake tasks: on the thread pool, a simulation would lose its order.
#pragma warning disable CA1849, VSTHRD103, MA0042, MA0045

namespace RetroVue.Runtime.Producers;

/// <summary>
/// Keeps the files open that a channel read when it went off the air, so that it is back at once for who comes back soon. On the air it
/// keeps none: they are memory, and what airs is open already.
/// </summary>
/// <remarks>Thread-safe. Of a begin and an end that come while an earlier end still closes its files, the last one counts.</remarks>
internal sealed class KeptFiles(Executor executor, IClock station) : IAsyncDisposable
{
    /// <summary>What was on the air, and what was prepared to follow.</summary>
    private const int MostFiles = 2;

    private readonly Lock _lock = new();
    private CancellationTokenSource? _keeping;
    private bool _isWanted;
    private Task _wait = Task.CompletedTask;

    /// <summary>How long files stay open: ten minutes of station time.</summary>
    public static ClockTime KeepTime => ClockTime.FromSeconds(600);

    /// <summary>Where demuxers of the channel take files from and return them to.</summary>
    public InputShelf Shelf { get; } = new(MostFiles);

    /// <summary>The channel is going off the air: what demuxers return from now on is kept for a while.</summary>
    public async Task BeginAsync()
    {
        Task closing;
        lock (_lock)
        {
            _isWanted = true;
            if (_keeping is not null)
            {
                return;
            }

            closing = _wait;
        }

        await closing.ConfigureAwait(false);
        lock (_lock)
        {
            if (_isWanted && _keeping is null)
            {
                Shelf.Open();
                _keeping = new CancellationTokenSource();
                _wait = CloseLaterAsync(_keeping);
            }
        }
    }

    /// <summary>The channel is on the air, with what it took: closes the rest, which nobody need wait for.</summary>
    public void End()
    {
        CancellationTokenSource? ended;
        lock (_lock)
        {
            (ended, _keeping, _isWanted) = (_keeping, null, false);
        }

        ended?.Cancel();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        End();
        await _wait.ConfigureAwait(false);
    }

    private async Task CloseLaterAsync(CancellationTokenSource keeping)
    {
        try
        {
            await executor.WaitUntilAsync(station, station.Now + KeepTime, keeping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // On the air again, or the station is shutting down.
        }

        await executor.InvokeAsync(Shelf.Close).ConfigureAwait(false);
    }
}
