using RetroVue.Media.Time;

namespace RetroVue.Media.Clocks;

/// <summary>Tells time on its own line. Waiting is the business of <see cref="IClockWaiter"/>.</summary>
/// <remarks>Implementations are thread-safe, allocate nothing per call and throw nothing.</remarks>
public interface IClock
{
    /// <summary>The time on the clock's own line, in nanoseconds. Never None, never back.</summary>
    ClockTime Now { get; }

    /// <summary>What the clock can do and where its time comes from.</summary>
    ClockFlags Flags { get; }

    /// <summary>The smallest step of <see cref="Now"/>; zero if unknown.</summary>
    ClockTime Resolution { get; }

    /// <summary>A name for people and logs, such as "system-monotonic" or "alsa:hw:0".</summary>
    string Name { get; }

    /// <summary>The clock's time together with the system's, its uncertainty and its state.</summary>
    ClockReading Read();
}
