using RetroVue.Media.Time;

namespace RetroVue.Media.Clocks;

/// <summary>A clock's own time and the system time at the same moment. Such pairs relate two clocks to each other.</summary>
/// <param name="Time">The clock's own time; never None.</param>
/// <param name="SystemTime">CLOCK_MONOTONIC (or the simulated system clock) at that moment.</param>
/// <param name="Uncertainty">Half the width of the interval that contains the true pair; at least the bracket of the two reads.</param>
/// <param name="State">Whether <paramref name="Time"/> can be trusted.</param>
public readonly record struct ClockReading(ClockTime Time, ClockTime SystemTime, ClockTime Uncertainty, ClockState State);
