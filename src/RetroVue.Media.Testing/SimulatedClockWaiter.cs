using RetroVue.Media.Clocks;

namespace RetroVue.Media.Testing;

/// <summary>Waits in simulated time: a wait ends when the clock has been advanced to its deadline.</summary>
/// <param name="clock">Simulated system time.</param>
/// <remarks>Thread-safe. A waiting thread blocks until another thread advances the clock.</remarks>
public sealed class SimulatedClockWaiter(ControllableClock clock) : IClockWaiter
{
    /// <summary>Simulated system time, which the test advances.</summary>
    public ControllableClock Clock { get; } = clock ?? throw new ArgumentNullException(nameof(clock));

    /// <inheritdoc/>
    public IClock SystemClock => Clock;

    /// <inheritdoc/>
    public ClockWait CreateWait() => new SimulatedWait(Clock);
}
