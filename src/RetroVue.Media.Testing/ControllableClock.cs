using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Testing;

/// <summary>A clock that stands still until it is advanced: simulated system time, or a device's clock with a rate of its own.</summary>
/// <remarks>Thread-safe. It never goes back; an attempt throws.</remarks>
public sealed class ControllableClock : IClock
{
    private readonly Lock _lock = new();
    private readonly IClock? _system;
    private ClockTime _now;
    private ClockState _state = ClockState.Synchronised;

    /// <summary>Makes a clock that reads <paramref name="start"/>.</summary>
    /// <param name="start">The first reading; not None.</param>
    /// <param name="name">The name for people.</param>
    /// <param name="flags">The clock's flags.</param>
    /// <param name="systemClock">The system clock for the pairs of its readings; null for the clock itself, as for simulated system
    /// time.</param>
    public ControllableClock(
        ClockTime start = default,
        string name = "controllable",
        ClockFlags flags = ClockFlags.CanBeMaster,
        IClock? systemClock = null)
    {
        if (start.IsNone)
        {
            throw new ArgumentException("A clock cannot start at None.", nameof(start));
        }

        _now = start;
        _system = systemClock;
        Name = name;
        Flags = flags;
    }

    /// <summary>Raised after each advance, on the thread that advanced.</summary>
    public event EventHandler? Advanced;

    /// <inheritdoc/>
    public ClockTime Now
    {
        get
        {
            lock (_lock)
            {
                return _now;
            }
        }
    }

    /// <inheritdoc/>
    public ClockFlags Flags { get; }

    /// <inheritdoc/>
    public ClockTime Resolution => ClockTime.FromNanoseconds(1);

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>The state of readings.</summary>
    public ClockState State
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }

        set
        {
            lock (_lock)
            {
                _state = value;
            }
        }
    }

    /// <inheritdoc/>
    public ClockReading Read()
    {
        lock (_lock)
        {
            return new ClockReading(_now, _system?.Now ?? _now, ClockTime.Zero, _state);
        }
    }

    /// <summary>Moves the clock forward by a duration.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The duration is None or negative.</exception>
    public void Advance(ClockTime duration)
    {
        lock (_lock)
        {
            Move(_now + duration);
        }

        Advanced?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>Moves the clock forward to a time.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is None or lies before now.</exception>
    public void AdvanceTo(ClockTime time)
    {
        lock (_lock)
        {
            Move(time);
        }

        Advanced?.Invoke(this, EventArgs.Empty);
    }

    private void Move(ClockTime time)
    {
        if (!(time >= _now))
        {
            throw new ArgumentOutOfRangeException(nameof(time), time, $"The clock '{Name}' reads {_now} and cannot go back.");
        }

        _now = time;
    }
}
