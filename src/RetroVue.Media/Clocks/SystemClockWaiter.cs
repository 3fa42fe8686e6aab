namespace RetroVue.Media.Clocks;

/// <summary>Waits in real time.</summary>
/// <remarks>
/// Thread-safe. Waits are futex waits to an absolute CLOCK_MONOTONIC deadline, on threads whose timer slack is 1 ns, so nothing spins and a
/// wake-up costs one system call. The default slack alone would add 50 µs (prctl(2), PR_SET_TIMERSLACK). Each wait learns how long the
/// machine takes to wake it, and sets its time-outs earlier by the smallest delay; it never returns before its deadline.
/// </remarks>
public sealed class SystemClockWaiter : IClockWaiter
{
    private SystemClockWaiter()
    {
    }

    /// <summary>The one instance.</summary>
    public static SystemClockWaiter Instance { get; } = new();

    /// <inheritdoc/>
    public IClock SystemClock => Clocks.SystemClock.Instance;

    /// <inheritdoc/>
    public ClockWait CreateWait() => new FutexWait();
}
