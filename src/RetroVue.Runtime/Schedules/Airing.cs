using NodaTime;

namespace RetroVue.Runtime.Schedules;

/// <summary>What is on the air at an instant, and how far into it the instant is.</summary>
/// <param name="Entry">The entry on the air.</param>
/// <param name="At">The instant, within the entry.</param>
public readonly record struct Airing(PlayoutEntry Entry, Instant At)
{
    /// <summary>How long the entry has been on the air.</summary>
    public Duration Elapsed => At - Entry.Start;

    /// <summary>How long it stays on the air.</summary>
    public Duration Remaining => Entry.End - At;

    /// <summary>The file's position that airs at the instant, on its own time line from zero.</summary>
    public Duration Position => Entry.Offset + Elapsed;
}
