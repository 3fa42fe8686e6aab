namespace RetroVue.Media.Clocks;

/// <summary>
/// The source of all waits in a process, real or simulated. Everything that waits for a time uses it, so the same code runs in real time
/// and in a simulation.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public interface IClockWaiter
{
    /// <summary>The clock to which the readings of all other clocks are related: CLOCK_MONOTONIC, or its simulation.</summary>
    IClock SystemClock { get; }

    /// <summary>Makes a reusable wait, for one thread at a time.</summary>
    ClockWait CreateWait();
}
