using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Testing;

/// <summary>
/// A device's clock over simulated system time: it has a rate of its own, and its readings are as noisy as those of a real device.
/// </summary>
/// <remarks>
/// Thread-safe. <see cref="Now"/> is the device's true time; only <see cref="Read"/> adds <see cref="Jitter"/>, like a measured pair. The
/// same seed and the same reads give the same noise.
/// </remarks>
public sealed class SimulatedDeviceClock : IClock
{
    private readonly Lock _lock = new();
    private readonly IClock _system;
    private readonly Random _random;
    private ClockTime _since;
    private ClockTime _base;
    private double _driftPpm;
    private ClockTime _jitter;
    private ClockState _state = ClockState.Synchronised;

    /// <summary>Makes a device's clock that reads <paramref name="start"/> now.</summary>
    /// <param name="systemClock">Simulated system time.</param>
    /// <param name="driftPpm">How much faster than the system clock it is, in parts per million.</param>
    /// <param name="start">The first reading; not None.</param>
    /// <param name="name">The name for people.</param>
    /// <param name="flags">The clock's flags.</param>
    /// <param name="seed">The seed of the noise.</param>
    public SimulatedDeviceClock(
        IClock systemClock,
        double driftPpm = 0,
        ClockTime start = default,
        string name = "device",
        ClockFlags flags = ClockFlags.CanBeMaster | ClockFlags.Hardware | ClockFlags.Realtime,
        int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(systemClock);
        if (start.IsNone)
        {
            throw new ArgumentException("A clock cannot start at None.", nameof(start));
        }

        _system = systemClock;
        _since = systemClock.Now;
        _base = start;
        _driftPpm = driftPpm;
        _random = new Random(seed);
        Name = name;
        Flags = flags;
    }

    /// <inheritdoc/>
    public ClockTime Now
    {
        get
        {
            lock (_lock)
            {
                return TrueTime(_system.Now);
            }
        }
    }

    /// <inheritdoc/>
    public ClockFlags Flags { get; }

    /// <inheritdoc/>
    public ClockTime Resolution => ClockTime.FromNanoseconds(1);

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>The noise of readings, and their uncertainty; by default zero.</summary>
    public ClockTime Jitter
    {
        get
        {
            lock (_lock)
            {
                return _jitter;
            }
        }

        set
        {
            lock (_lock)
            {
                _jitter = value;
            }
        }
    }

    /// <summary>
    /// True if a reading is late by 0 to twice <see cref="Jitter"/>, uniformly distributed, as after an interrupt. False if its error is
    /// normally distributed with the standard deviation <see cref="Jitter"/>.
    /// </summary>
    public bool IsJitterOneSided { get; init; }

    /// <summary>How much faster than the system clock it is, in parts per million; a change does not cause a step.</summary>
    public double DriftPpm
    {
        get
        {
            lock (_lock)
            {
                return _driftPpm;
            }
        }

        set
        {
            lock (_lock)
            {
                ClockTime now = _system.Now;
                (_base, _since) = (TrueTime(now), now);
                _driftPpm = value;
            }
        }
    }

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
            ClockTime now = _system.Now;
            double noise = IsJitterOneSided ? -2 * _random.NextDouble() : NextNormal();
            var error = ClockTime.FromNanoseconds((long)Math.Round(noise * _jitter.Nanoseconds));
            return new ClockReading(TrueTime(now) + error, now, _jitter, _state);
        }
    }

    private ClockTime TrueTime(ClockTime system)
    {
        ClockTime elapsed = system - _since;
        return _base + elapsed + ClockTime.FromNanoseconds((long)Math.Round(elapsed.Nanoseconds * (_driftPpm / 1e6)));
    }

    /// <summary>Returns a standard normal deviate (Box-Muller method).</summary>
    private double NextNormal() =>
        Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(Math.Tau * _random.NextDouble());
}
