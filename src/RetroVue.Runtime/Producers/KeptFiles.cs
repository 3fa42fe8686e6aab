using RetroVue.Media.Clocks;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

// Cancelled on the calling thread, because the callbacks only wake tasks. On the thread pool, a simulation would lose its order.
#pragma warning disable CA1849, VSTHRD103, MA0042, MA0045

namespace RetroVue.Runtime.Producers;

/// <summary>
/// When a channel goes off the air, keeps its last files open, so that the channel is on the air at once for a viewer who comes back soon.
/// While the channel is on the air, it keeps none: they cost memory, and the current item's file is open already.
/// </summary>
/// <remarks>
/// Thread-safe. If <see cref="BeginAsync"/> and <see cref="End"/> are called while files are still closing, the last call counts.
/// </remarks>
internal sealed class KeptFiles(Executor executor, IClock station) : IAsyncDisposable
{
    /// <summary>The file on the air, and the prepared one.</summary>
    private const int MostFiles = 2;

    private readonly Lock _lock = new();
    private CancellationTokenSource? _keeping;
    private bool _isWanted;
    private Task _wait = Task.CompletedTask;

    /// <summary>How long files stay open: ten minutes of station time.</summary>
    public static ClockTime KeepTime => ClockTime.FromSeconds(600);

    /// <summary>The channel's demuxers take files from this cache and return them to it.</summary>
    public InputCache Inputs { get; } = new(MostFiles);

    /// <summary>To be called when the channel goes off the air: files that demuxers return from now on are kept for a while.</summary>
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
                Inputs.Open();
                _keeping = new CancellationTokenSource();
                _wait = CloseLaterAsync(_keeping);
            }
        }
    }

    /// <summary>To be called when the channel is on the air and has taken its files: closes the others in the background.</summary>
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
            // The channel is on the air again, or the station is shutting down.
        }

        await executor.InvokeAsync(Inputs.Close).ConfigureAwait(false);
    }
}
