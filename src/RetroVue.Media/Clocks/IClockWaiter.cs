namespace RetroVue.Media.Clocks;

/// <summary>
/// The one authority on waiting in a process, real or simulated: everything that waits for a time waits through it, so the same code
/// runs in real time and in a simulation.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public interface IClockWaiter
{
    /// <summary>The clock that every other clock's readings are pairs with: CLOCK_MONOTONIC, or its simulation.</summary>
    IClock SystemClock { get; }

    /// <summary>Makes a wait to be used, again and again, by one thread at a time.</summary>
    ClockWait CreateWait();
}
