using NodaTime;

namespace RetroVue.Runtime.Schedules;

/// <summary>The entry on the air at an instant, and the position of the instant in it.</summary>
/// <param name="Entry">The entry on the air.</param>
/// <param name="At">The instant, within the entry.</param>
public readonly record struct SchedulePosition(PlayoutEntry Entry, Instant At)
{
    /// <summary>How long the entry has been on the air.</summary>
    public Duration Elapsed => At - Entry.Start;

    /// <summary>How long the entry stays on the air from the instant on.</summary>
    public Duration Remaining => Entry.End - At;

    /// <summary>The position in the file that airs at the instant, on the file's own time line from zero.</summary>
    public Duration Position => Entry.Offset + Elapsed;
}
