using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Producers;

/// <summary>Tells when the item on the air does not come any more because its file does not.</summary>
/// <remarks>
/// An item stalls where it has fallen a second and a half behind what the output takes, comes no nearer between two looks, and most of the
/// time between them went into reading its file. One that catches up, as at a join, does not stall, nor does one that only waits for a
/// processor: a machine that has too much to do brings no slate sooner either. So a slate can follow within two seconds of the item's last
/// picture, however far ahead the output works; and an item whose pictures are far apart is read as far ahead as any. Thread-safe. Looks
/// four times a second and allocates nothing meanwhile.
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
    private ClockTime _readingTime;

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
                (_lookedAt, _readingTime) = (_clock.Now, player.ReadingTime);
            }
        }

        _task?.Wake();
        return _stalled!.Task;
    }

    private StepResult Look()
    {
        TaskCompletionSource? stalled = null;
        ClockTime next;
        lock (_lock)
        {
            if (_player is not { } player || player.IsSlate || _stalled!.Task.IsCompleted)
            {
                return StepResult.Idle;
            }

            ClockTime now = _clock.Now;
            if (now < _lookedAt + s_interval)
            {
                return StepResult.At(_clock, _lookedAt + s_interval);
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
            next = now + s_interval;
        }

        stalled?.TrySetResult();
        return StepResult.At(_clock, next);
    }
}
