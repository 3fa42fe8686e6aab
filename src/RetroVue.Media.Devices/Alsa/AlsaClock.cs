using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Timing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Alsa;

/// <summary>
/// The time for which a sound device has played or recorded: its count of frames divided by its nominal rate, learned from the device's own
/// status stamps and interpolated with the system clock between them.
/// </summary>
/// <remarks>
/// Thread-safe. It starts at zero, never goes back, and goes on at the last rate while the device recovers from an xrun. If no status has
/// come for a while (the buffer's length plus 100 ms), it stands still and its state is <see cref="ClockState.HoldOver"/>, because the
/// device's position is then unknown. Source: pcm.h, snd_pcm_status_get_htstamp and snd_pcm_status_get_delay.
/// </remarks>
public sealed class AlsaClock : IClock
{
    private readonly Lock _lock = new();
    private readonly IClock _system;
    private readonly EnvelopeLine _line;
    private readonly Rational _unit;
    private readonly ClockTime _cap;
    private ClockTime _offset;
    private ClockTime _told;
    private ClockTime _lastStatus = ClockTime.None;
    private ClockTime _restartedAt = ClockTime.None;
    private ClockTime _restartTime;
    private int _statuses;
    private bool _isFailed;

    internal AlsaClock(PcmSetup setup, IClock systemClock)
    {
        _system = systemClock;
        _unit = new Rational(1, setup.Format.SampleRate);
        // Drivers read the hardware's pointer at least at each period.
        _line = new EnvelopeLine(_unit, setup.Format.DurationOf(setup.PeriodSize));
        _cap = setup.Format.DurationOf(setup.BufferSize) + ClockTime.FromMilliseconds(100);
        Name = $"alsa:{setup.Device}";
    }

    /// <inheritdoc/>
    public ClockTime Now => Read().Time;

    /// <inheritdoc/>
    public ClockFlags Flags => ClockFlags.CanBeMaster | ClockFlags.Hardware | ClockFlags.Realtime;

    /// <summary>One frame.</summary>
    public ClockTime Resolution => ClockTime.FromUnits(1, _unit);

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>How much faster than the system clock the device is, in parts per million; NaN during the first seconds.</summary>
    public double Drift
    {
        get
        {
            lock (_lock)
            {
                return _line.Drift;
            }
        }
    }

    /// <summary>True once the device has reported a position.</summary>
    internal bool IsKnown
    {
        get
        {
            lock (_lock)
            {
                return !_lastStatus.IsNone && !_isFailed;
            }
        }
    }

    /// <summary>
    /// True once there have been enough positions since the start, so that the least late of them are nearly exact: drivers that count with
    /// a timer are late by up to its tick.
    /// </summary>
    internal bool IsSettled
    {
        get
        {
            lock (_lock)
            {
                return _statuses >= 8;
            }
        }
    }

    /// <summary>The uncertainty of a frame's time.</summary>
    internal ClockTime Uncertainty
    {
        get
        {
            lock (_lock)
            {
                return UncertaintyAt(_lastStatus);
            }
        }
    }

    /// <inheritdoc/>
    public ClockReading Read()
    {
        lock (_lock)
        {
            ClockTime system = _system.Now;
            ClockTime time = TimeAt(system);
            _told = ClockTime.Max(_told, time);
            return new ClockReading(_told, system, UncertaintyAt(system) + (_told - time), StateAt(system));
        }
    }

    /// <summary>Notes a status of the device: at a system time, this frame had been heard or captured, or an even later one.</summary>
    /// <returns>True for the very first status.</returns>
    internal bool Observe(long position, ClockTime system)
    {
        lock (_lock)
        {
            bool isFirst = _lastStatus.IsNone;
            bool isAfterRestart = !_line.IsKnown && !isFirst;
            ClockTime before = isAfterRestart ? TimeAt(system) : ClockTime.None;
            _line.Add(position, system);
            _lastStatus = system;
            _statuses++;
            if (isFirst || isAfterRestart)
            {
                ClockTime goesOnAt = isFirst ? ClockTime.Zero : before;
                _offset = goesOnAt - _line.ElapsedAt(system);
            }

            return isFirst;
        }
    }

    /// <summary>Notes that the device has stopped; its next position does not continue the last one.</summary>
    internal void Restart()
    {
        lock (_lock)
        {
            if (_line.IsKnown)
            {
                ClockTime system = _system.Now;
                _told = ClockTime.Max(_told, TimeAt(system));
                (_restartedAt, _restartTime) = (system, _told);
                _lastStatus = system;
                _line.Restart();
                _statuses = 0;
            }
        }
    }

    /// <summary>Notes that the device is gone.</summary>
    internal void Fail()
    {
        lock (_lock)
        {
            _isFailed = true;
        }
    }

    /// <summary>Returns the system time at which a frame is heard or captured; None while that is not known.</summary>
    internal ClockTime At(long position)
    {
        lock (_lock)
        {
            return _line.At(position);
        }
    }

    private ClockTime TimeAt(ClockTime system)
    {
        if (_lastStatus.IsNone)
        {
            return ClockTime.Zero;
        }

        ClockTime until = ClockTime.Min(system, _lastStatus + _cap);
        return _line.IsKnown ? _line.ElapsedAt(until) + _offset : _restartTime + (until - _restartedAt);
    }

    private ClockState StateAt(ClockTime system) => _isFailed
        ? ClockState.Failed
        : _lastStatus.IsNone ? ClockState.Unsynchronised : system - _lastStatus > _cap ? ClockState.HoldOver : ClockState.Synchronised;

    // A device's count is exact to a frame at best.
    private ClockTime UncertaintyAt(ClockTime system) => Resolution + (_line.IsKnown ? _line.UncertaintyAt(system) : _cap);
}
