using RetroVue.Media.Time;

namespace RetroVue.Media.Clocks;

/// <summary>
/// A clock that is a piecewise-linear map over the system clock. It is continuous and monotone when its rate changes, and can only step
/// forward.
/// </summary>
/// <remarks>
/// Thread-safe; reading takes no lock and allocates nothing. A change takes effect when it is made: a concurrent reader reads again, so
/// that no reader returns a time of the old line for a moment at which the new line holds.
/// </remarks>
public sealed class DisciplinedClock : IClock
{
    private const int SkewBits = 40;

    private readonly IClock _system;
    private readonly Lock _lock = new();
    private Line _line = new();

    // The next change is written into this object, so that frequent changes of the rate leave no garbage.
    private Line _spare = new();

    // Odd during a change; it is two higher after each change.
    private int _version;

    /// <summary>Makes a clock that reads <paramref name="start"/> now and runs at the system clock's rate.</summary>
    /// <param name="systemClock">The system clock, real or simulated.</param>
    /// <param name="start">The first reading; not None.</param>
    /// <param name="name">The name for people and logs.</param>
    /// <param name="flags">The clock's flags.</param>
    public DisciplinedClock(IClock systemClock, ClockTime start, string name, ClockFlags flags = ClockFlags.CanSetMaster)
    {
        ArgumentNullException.ThrowIfNull(systemClock);
        if (start.IsNone)
        {
            throw new ArgumentException("A clock cannot start at None.", nameof(start));
        }

        _system = systemClock;
        Name = name;
        Flags = flags;
        long now = systemClock.Now.Nanoseconds;
        _line.Set(now, start.Nanoseconds, 0, now, start.Nanoseconds, 0, ClockTime.Zero, ClockState.Synchronised);
    }

    /// <summary>Makes a clock that equals the system clock, to the nanosecond, until its rate is changed.</summary>
    /// <param name="systemClock">The system clock, real or simulated.</param>
    /// <param name="name">The name for people and logs.</param>
    internal DisciplinedClock(IClock systemClock, string name)
    {
        _system = systemClock;
        Name = name;
        Flags = ClockFlags.CanSetMaster;
        _line.Set(0, 0, 0, 0, 0, 0, ClockTime.Zero, ClockState.Synchronised);
    }

    /// <inheritdoc/>
    public ClockTime Now => Read().Time;

    /// <inheritdoc/>
    public ClockFlags Flags { get; }

    /// <inheritdoc/>
    public ClockTime Resolution => _system.Resolution;

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>The rate set last: seconds of this clock per second of the system clock.</summary>
    public double Rate => 1 + (Volatile.Read(ref _line).Skew / (double)(1L << SkewBits));

    /// <inheritdoc/>
    public ClockReading Read()
    {
        SpinWait spin = default;
        while (true)
        {
            int version = Volatile.Read(ref _version);
            Line line = Volatile.Read(ref _line);
            ClockTime system = _system.Now;
            var reading = new ClockReading(ClockTime.FromNanoseconds(line.At(system.Nanoseconds)), system, line.Uncertainty, line.State);
            Volatile.ReadBarrier();
            if ((version & 1) == 0 && version == Volatile.Read(ref _version))
            {
                return reading;
            }

            spin.SpinOnce();
        }
    }

    /// <summary>Returns the clock's time at a system time; exact since the change before the last, extrapolated before that.</summary>
    public ClockTime At(ClockTime systemTime)
    {
        if (systemTime.IsNone)
        {
            return ClockTime.None;
        }

        SpinWait spin = default;
        while (true)
        {
            int version = Volatile.Read(ref _version);
            long time = Volatile.Read(ref _line).At(systemTime.Nanoseconds);
            Volatile.ReadBarrier();
            if ((version & 1) == 0 && version == Volatile.Read(ref _version))
            {
                return ClockTime.FromNanoseconds(time);
            }

            spin.SpinOnce();
        }
    }

    /// <summary>Changes the rate, without a step.</summary>
    /// <param name="rate">Seconds of this clock per second of the system clock; in 0.5 to 2.</param>
    /// <param name="uncertainty">The uncertainty of readings from now on.</param>
    /// <param name="state">The state of readings from now on.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside 0.5 to 2.</exception>
    public void SetRate(double rate, ClockTime uncertainty, ClockState state)
    {
        if (!(rate is >= 0.5 and <= 2))
        {
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "A clock's rate must be between 0.5 and 2.");
        }

        lock (_lock)
        {
            Change((long)Math.Round((rate - 1) * (1L << SkewBits)), ClockTime.Zero, uncertainty, state);
        }
    }

    /// <summary>Steps the clock forward; the rate does not change.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is None or negative: a clock never goes back.</exception>
    public void StepForward(ClockTime step)
    {
        if (!(step >= ClockTime.Zero))
        {
            throw new ArgumentOutOfRangeException(nameof(step), step, "A clock can only be stepped forward; slew it to move it back.");
        }

        lock (_lock)
        {
            Change(_line.Skew, step, _line.Uncertainty, _line.State);
        }
    }

    private void Change(long skew, ClockTime step, ClockTime uncertainty, ClockState state)
    {
        Line old = _line;
        // From here on readers wait: the system time that is taken next is later than any that they have used with the old line.
        Interlocked.Increment(ref _version);
        long now = _system.Now.Nanoseconds;
        long time = old.At(now) + step.Nanoseconds;
        Line changed = _spare;
        if (now == old.System)
        {
            changed.Set(now, time, skew, old.PreviousSystem, old.PreviousTime, old.PreviousSkew, uncertainty, state);
        }
        else
        {
            changed.Set(now, time, skew, old.System, old.Time, old.Skew, uncertainty, state);
        }

        _spare = old;
        Volatile.Write(ref _line, changed);
        Interlocked.Increment(ref _version);
    }

    /// <summary>
    /// A line from (System, Time) on, and the line before it. The object is reused after one more change: a reader discards its values if a
    /// change came meanwhile.
    /// </summary>
    private sealed class Line
    {
        public long System { get; private set; }

        public long Time { get; private set; }

        public long Skew { get; private set; }

        public long PreviousSystem { get; private set; }

        public long PreviousTime { get; private set; }

        public long PreviousSkew { get; private set; }

        public ClockTime Uncertainty { get; private set; }

        public ClockState State { get; private set; }

        public void Set(
            long system,
            long time,
            long skew,
            long previousSystem,
            long previousTime,
            long previousSkew,
            ClockTime uncertainty,
            ClockState state)
        {
            (System, Time, Skew) = (system, time, skew);
            (PreviousSystem, PreviousTime, PreviousSkew) = (previousSystem, previousTime, previousSkew);
            (Uncertainty, State) = (uncertainty, state);
        }

        public long At(long system) => system >= System
            ? Extend(Time, system - System, Skew)
            : Extend(PreviousTime, system - PreviousSystem, PreviousSkew);

        private static long Extend(long time, long elapsed, long skew)
        {
            if (skew == 0)
            {
                return time + elapsed;
            }

            long high = Math.BigMul(elapsed, skew, out long low);
            return time + elapsed + (high << (64 - SkewBits) | (long)((ulong)low >> SkewBits));
        }
    }
}
