using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Timing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>The clock that drives PipeWire's graph, usually a sound card's: its count of samples related to CLOCK_MONOTONIC.</summary>
/// <remarks>
/// Thread-safe; reading allocates nothing. Each cycle of the graph gives a pair (pw_time: ticks, rate, now); a line is fitted through the
/// pairs. Between cycles the clock follows the line, but at most for a quarter of a second; then it stands still and has the state failed.
/// Source: pipewire/stream.h, pw_time.
/// </remarks>
public sealed class PipeWireClock : IClock
{
    private static readonly ClockTime s_longestGap = ClockTime.FromMilliseconds(250);

    // A graph driven by a timer is late by its wake-up delay; one driven by a card, also by the step of the card's pointer.
    private static readonly ClockTime s_bracket = ClockTime.FromMilliseconds(2);

    private readonly Lock _lock = new();
    private readonly IClock _system;
    private EnvelopeLine? _line;
    private Rational _tick;
    private long _ticks;
    private ClockTime _base;
    private ClockTime _lastPair = ClockTime.Zero;
    private ClockTime _lastRead = ClockTime.Zero;
    private bool _hasEnded;

    internal PipeWireClock(string name, IClock system)
    {
        Name = name;
        _system = system;
    }

    /// <inheritdoc/>
    public ClockTime Now => Read().Time;

    /// <inheritdoc/>
    public ClockFlags Flags => ClockFlags.CanBeMaster | ClockFlags.Hardware | ClockFlags.Realtime;

    /// <summary>One tick of the graph's rate.</summary>
    public ClockTime Resolution
    {
        get
        {
            lock (_lock)
            {
                return _tick.IsPositive ? ClockTime.FromUnits(1, _tick) : ClockTime.Zero;
            }
        }
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>
    /// How much faster than CLOCK_MONOTONIC the graph is, in parts per million; NaN until it has been measured for some seconds.
    /// </summary>
    public double Drift
    {
        get
        {
            lock (_lock)
            {
                return _line?.Drift ?? double.NaN;
            }
        }
    }

    /// <inheritdoc/>
    public ClockReading Read()
    {
        lock (_lock)
        {
            ClockTime now = _system.Now;
            bool isStale = _hasEnded || _line is null || now > _lastPair + s_longestGap;
            ClockTime time = TimeAt(ClockTime.Min(now, _lastPair + s_longestGap));
            _lastRead = ClockTime.Max(_lastRead, time);
            return new ClockReading(
                _lastRead,
                now,
                _line is null ? ClockTime.Zero : ClockTime.FromUnits(1, _tick) + _line.UncertaintyAt(now) + (_lastRead - time),
                isStale ? ClockState.Failed : ClockState.Synchronised);
        }
    }

    /// <summary>Adds the pair of a cycle.</summary>
    /// <param name="ticks">The graph's count.</param>
    /// <param name="tick">The length of a tick, in seconds.</param>
    /// <param name="system">CLOCK_MONOTONIC at that count.</param>
    internal void Add(long ticks, Rational tick, ClockTime system)
    {
        lock (_lock)
        {
            if (_line is null || tick != _tick || ticks < _ticks)
            {
                // Another driver has another count; the clock's time continues.
                ClockTime time = TimeAt(system);
                _line = new EnvelopeLine(tick, s_bracket);
                _base = time - ClockTime.FromUnits(ticks, tick);
                _tick = tick;
            }

            if (ticks != _ticks || system != _lastPair)
            {
                _line.Add(ticks, system);
            }

            (_ticks, _lastPair) = (ticks, system);
        }
    }

    /// <summary>Notes that no more cycles come.</summary>
    internal void End()
    {
        lock (_lock)
        {
            _hasEnded = true;
        }
    }

    private ClockTime TimeAt(ClockTime system) => _line is null ? _lastRead : _base + _line.ElapsedAt(system);
}
