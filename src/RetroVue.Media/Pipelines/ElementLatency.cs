using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>How long media stays in an element.</summary>
/// <param name="Minimum">The shortest delay from a buffer's capture until it leaves, such as one period of a sound card.</param>
/// <param name="Maximum">The longest time for which the element can hold media without loss: zero if it stores nothing, None if
/// unlimited.</param>
/// <param name="IsLive">True for a source whose media appears as time passes, even if nobody takes it.</param>
public readonly record struct ElementLatency(ClockTime Minimum, ClockTime Maximum, bool IsLive)
{
    /// <summary>No delay, no storage, not live.</summary>
    public static ElementLatency None => new(ClockTime.Zero, ClockTime.Zero, false);
}
