using Microsoft.Extensions.Logging;
using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Time;

/// <summary>A timer on station time, which runs as a task of an executor.</summary>
/// <remarks>
/// Thread-safe. As with .NET's own timers, callbacks may overlap. If several periods are missed, because station time was stepped or the
/// machine was suspended, there is one callback for all of them.
/// </remarks>
internal sealed class StationTimer : ITimer
{
    private readonly Lock _lock = new();
    private readonly IClock _clock;
    private readonly Executor _executor;
    private readonly Action _callback;
    private readonly ILogger _logger;
    private readonly StepTask _task;
    private ClockTime _due;
    private ClockTime _period;
    private bool _isDisposed;

    public StationTimer(IClock clock, Executor executor, Action callback, ILogger logger, TimeSpan dueTime, TimeSpan period)
    {
        _clock = clock;
        _executor = executor;
        _callback = callback;
        _logger = logger;
        (_due, _period) = (After(dueTime), Period(period));
        _task = new StepTask("station-timer", Step);
        executor.Attach(_task);
    }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return false;
            }

            (_due, _period) = (After(dueTime), Period(period));
        }

        _task.Wake();
        return true;
    }

    public void Dispose() => _ = End();

    public ValueTask DisposeAsync() => new(End());

    private Task End()
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return Task.CompletedTask;
            }

            _isDisposed = true;
            _due = ClockTime.None;
        }

        return _executor.DetachAsync(_task);
    }

    private StepResult Step()
    {
        lock (_lock)
        {
            if (_due.IsNone)
            {
                return StepResult.Idle;
            }

            ClockTime now = _clock.Now;
            if (now < _due)
            {
                return StepResult.At(_clock, _due);
            }

            _due = Following(now);
        }

        _ = CallBackAsync();
        return StepResult.Again;
    }

    private ClockTime Following(ClockTime now)
    {
        if (_period.IsNone)
        {
            return ClockTime.None;
        }

        long missed = (now - _due).Nanoseconds / _period.Nanoseconds;
        return _due + (_period * (missed + 1));
    }

    private async Task CallBackAsync()
    {
        try
        {
            await _executor.InvokeAsync(_callback).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            RuntimeLog.TimerFailed(_logger, exception);
        }
    }

    private ClockTime After(TimeSpan dueTime) =>
        dueTime == Timeout.InfiniteTimeSpan ? ClockTime.None : _clock.Now + Checked(dueTime, nameof(dueTime));

    /// <summary>Returns None for a timer that fires once: its period is infinite or, as with .NET's timers, zero.</summary>
    private static ClockTime Period(TimeSpan period) =>
        period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero ? ClockTime.None : Checked(period, nameof(period));

    private static ClockTime Checked(TimeSpan span, string name) => span >= TimeSpan.Zero
        ? ClockTime.FromTimeSpan(span)
        : throw new ArgumentOutOfRangeException(name, span, "A timer's times must be zero, positive or infinite.");
}
