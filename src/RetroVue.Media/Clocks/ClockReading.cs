using RetroVue.Media.Time;

namespace RetroVue.Media.Clocks;

/// <summary>A clock's own time and the system time at which it was true, taken together: what relates two clocks.</summary>
/// <param name="Time">The clock's own time; never None.</param>
/// <param name="SystemTime">CLOCK_MONOTONIC (or the simulated system clock) at that moment.</param>
/// <param name="Uncertainty">Half the width of the interval that holds the true pair, at least the bracket of the two reads.</param>
/// <param name="State">How far <paramref name="Time"/> can be trusted.</param>
public readonly record struct ClockReading(ClockTime Time, ClockTime SystemTime, ClockTime Uncertainty, ClockState State);
