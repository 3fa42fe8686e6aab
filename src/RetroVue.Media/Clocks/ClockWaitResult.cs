using RetroVue.Media.Time;

namespace RetroVue.Media.Clocks;

/// <summary>How a wait ended.</summary>
/// <param name="Reached">True if the deadline was reached, false if the wait was unscheduled.</param>
/// <param name="Lateness">How far the clock was beyond the deadline on return; None if unscheduled.</param>
public readonly record struct ClockWaitResult(bool Reached, ClockTime Lateness)
{
    /// <summary>The result of a wait that was unscheduled.</summary>
    public static ClockWaitResult Unscheduled => new(false, ClockTime.None);
}
