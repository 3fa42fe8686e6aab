using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Producers;

/// <summary>Tells when the item on the air does not come any more although only its file is waited for.</summary>
/// <remarks>
/// An item stalls where it has fallen a second and a half behind what the output takes and comes no nearer between two looks: one that
/// catches up, as at a join, does not. So a slate can follow within two seconds of its last picture, however far ahead the output works;
/// and an item whose pictures are far apart is read as far ahead as any. Thread-safe. Looks four times a second and allocates nothing
/// meanwhile.
/// </remarks>
internal sealed class StallWatch(string name, Executor executor, ChannelOutput output)
{
    private static readonly ClockTime s_interval = ClockTime.FromMilliseconds(250);
    private static readonly ClockTime s_mostLag = ClockTime.FromMilliseconds(1500);
    private static readonly ClockTime s_latestBeginning = ClockTime.FromMilliseconds(500);

    private readonly ChannelLine _line = output.Line;
    private readonly Lock _lock = new();
    private StepTask? _task;
    private ItemPlayer? _player;
    private TaskCompletionSource? _stalled;
    private ClockTime _since;
    private ClockTime _lag;

    /// <summary>Begins to look; once.</summary>
    public void Start()
    {
        _task = new StepTask($"{name}-stalls", Look);
        executor.Attach(_task);
    }

    /// <summary>Ends looking.</summary>
    public Task StopAsync() => _task is null ? Task.CompletedTask : executor.DetachAsync(_task);

    /// <summary>Completes when an item stalls; from now on that item is looked at.</summary>
    public Task StallOf(ItemPlayer player)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_player, player))
            {
                (_player, _stalled) = (player, executor.CreateCompletion());
                (_since, _lag) = (_line.Now, ClockTime.MaxValue);
            }
        }

        _task?.Wake();
        return _stalled!.Task;
    }

    private StepResult Look()
    {
        TaskCompletionSource? stalled = null;
        lock (_lock)
        {
            if (_player is not { } player || player.IsSlate || _stalled!.Task.IsCompleted)
            {
                return StepResult.Idle;
            }

            ClockTime reached = player.Input.Reached();
            ClockTime lag = _line.Now - (reached.IsNone ? _since : reached);
            ClockTime mostLag = reached.IsNone ? s_latestBeginning : s_mostLag - output.Lead;
            if (lag >= mostLag && lag >= _lag && player.WaitsForFile)
            {
                stalled = _stalled;
            }

            _lag = lag;
        }

        stalled?.TrySetResult();
        return StepResult.At(_line.Station, _line.Station.Now + s_interval);
    }
}
