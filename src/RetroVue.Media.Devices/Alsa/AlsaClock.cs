using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Timing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Alsa;

/// <summary>
/// The time that a sound device has played or recorded for: its count of frames over its nominal rate, learned from the device's own
/// status stamps and interpolated by the system clock between them.
/// </summary>
/// <remarks>
/// Thread-safe. Starts at zero, never goes back, and goes on at the last rate while the device recovers from an xrun. If no status has
/// come for a while (the buffer's length and 100 ms) it stands still and its state is <see cref="ClockState.HoldOver"/>: what a device
/// does that nobody has heard of is not known. Source: pcm.h, snd_pcm_status_get_htstamp and snd_pcm_status_get_delay.
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
        // Drivers look at the hardware's pointer at each period, if not more often.
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

    /// <summary>How much faster than the system clock the device runs, in parts per million; NaN during the first seconds.</summary>
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

    /// <summary>True once the device has told a position.</summary>
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
    /// True once there have been enough positions since the start for the least late of them to be near the truth: drivers that count by a
    /// timer are late by up to its tick.
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

    /// <summary>How far off the time of a frame may be.</summary>
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

    /// <summary>Takes in what the device says: the frame that was at the world's side at a system time, at the latest.</summary>
    /// <returns>True for the first status there ever was.</returns>
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

    /// <summary>Says that the device has stopped and its next position tells nothing about the last.</summary>
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

    /// <summary>Says that the device is gone.</summary>
    internal void Fail()
    {
        lock (_lock)
        {
            _isFailed = true;
        }
    }

    /// <summary>The system time at which a frame is at the world's side; None while not known.</summary>
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

    // A device's count moves by frames at best.
    private ClockTime UncertaintyAt(ClockTime system) => Resolution + (_line.IsKnown ? _line.UncertaintyAt(system) : _cap);
}
