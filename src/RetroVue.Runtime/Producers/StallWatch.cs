using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Producers;

/// <summary>Detects that the item on the air has stalled because its file does not deliver data.</summary>
/// <remarks>
/// An item has stalled if it is a second and a half behind the output's position, does not catch up between two looks, and most of the time
/// between them was spent reading its file. An item that is catching up, as after a join, has not stalled. An item that only waits for a
/// processor has not stalled either: on an overloaded machine a slate would not be faster. So a slate can follow within two seconds of the
/// item's last picture, no matter how far ahead the output works; and items whose pictures are far apart are treated like all others.
/// Thread-safe. Looks four times a second and allocates nothing.
/// </remarks>
internal sealed class StallWatch(string name, Executor executor, ChannelOutput output)
{
    private static readonly ClockTime s_interval = ClockTime.FromMilliseconds(250);
    private static readonly ClockTime s_mostLag = ClockTime.FromMilliseconds(1500);
    private static readonly ClockTime s_latestBeginning = ClockTime.FromMilliseconds(500);

    private readonly ChannelLine _line = output.Line;
    private readonly IClock _clock = executor.Waiter.SystemClock;
    private readonly Lock _lock = new();
    private StepTask? _task;
    private ItemPlayer? _player;
    private TaskCompletionSource? _stalled;
    private ClockTime _since;
    private ClockTime _lag;
    private ClockTime _lookedAt;
    private ClockTime _nextLook;
    private ClockTime _readingTime;

    /// <summary>Starts the watch; once.</summary>
    public void Start()
    {
        _task = new StepTask($"{name}-stalls", Look);
        executor.Attach(_task);
    }

    /// <summary>Ends the watch.</summary>
    public Task StopAsync() => _task is null ? Task.CompletedTask : executor.DetachAsync(_task);

    /// <summary>Completes when an item stalls; from now on the watch looks at this item.</summary>
    public Task StallOf(ItemPlayer player)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_player, player))
            {
                (_player, _stalled) = (player, executor.CreateCompletion());
                (_since, _lag) = (_line.Now, ClockTime.MaxValue);
                (_lookedAt, _readingTime) = (_clock.Now, player.ReadingTime);
                _nextLook = _lookedAt.NextMultiple(s_interval);
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

            ClockTime now = _clock.Now;
            if (now < _nextLook)
            {
                return StepResult.At(_clock, _nextLook);
            }

            ClockTime reached = player.Sink.Reached();
            ClockTime lag = _line.Now - (reached.IsNone ? _since : reached);
            ClockTime mostLag = reached.IsNone ? s_latestBeginning : s_mostLag - output.Lead;
            ClockTime readingTime = player.ReadingTime;
            bool isRead = (readingTime - _readingTime).Nanoseconds >= (now - _lookedAt).Nanoseconds / 2;
            if (lag >= mostLag && lag >= _lag && isRead && player.IsWantedMore)
            {
                stalled = _stalled;
            }

            (_lag, _lookedAt, _readingTime) = (lag, now, readingTime);
            _nextLook = now.NextMultiple(s_interval);
        }

        stalled?.TrySetResult();
        return StepResult.Again;
    }
}
