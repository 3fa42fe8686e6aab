using RetroVue.Media.Time;

namespace RetroVue.Media.Clocks;

/// <summary>The result of a wait.</summary>
/// <param name="Reached">True if the deadline was reached, false if the wait was unscheduled.</param>
/// <param name="Lateness">How far the clock was past the deadline on return; None if unscheduled.</param>
public readonly record struct ClockWaitResult(bool Reached, ClockTime Lateness)
{
    /// <summary>The result of a wait that was unscheduled.</summary>
    public static ClockWaitResult Unscheduled => new(false, ClockTime.None);
}
