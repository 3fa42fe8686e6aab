using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>How long media stays in an element.</summary>
/// <param name="Minimum">The least delay between a buffer's capture and its leaving, such as one period of a sound card.</param>
/// <param name="Maximum">The longest the element can hold media back before it loses some: zero if it stores nothing, None if unbounded.</param>
/// <param name="IsLive">True for a source whose media appears as time passes, whether or not anyone takes it.</param>
public readonly record struct ElementLatency(ClockTime Minimum, ClockTime Maximum, bool IsLive)
{
    /// <summary>No delay, no storage, not live.</summary>
    public static ElementLatency None => new(ClockTime.Zero, ClockTime.Zero, false);
}
