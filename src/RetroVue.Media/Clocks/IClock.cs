using RetroVue.Media.Time;

namespace RetroVue.Media.Clocks;

/// <summary>A clock with a time line of its own. <see cref="IClockWaiter"/> waits for its times.</summary>
/// <remarks>Implementations are thread-safe, allocate nothing per call, and do not throw.</remarks>
public interface IClock
{
    /// <summary>The time on the clock's own line, in nanoseconds. It is never None and never goes back.</summary>
    ClockTime Now { get; }

    /// <summary>The capabilities of the clock, and the origin of its time.</summary>
    ClockFlags Flags { get; }

    /// <summary>The smallest step of <see cref="Now"/>; zero if unknown.</summary>
    ClockTime Resolution { get; }

    /// <summary>A name for people and logs, such as "system-monotonic" or "alsa:hw:0".</summary>
    string Name { get; }

    /// <summary>Returns the clock's time together with the system's, its uncertainty and its state.</summary>
    ClockReading Read();
}
