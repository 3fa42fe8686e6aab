using System.Collections.Immutable;
using NodaTime;

namespace RetroVue.Runtime.Schedules;

/// <summary>The entries of a channel in a period; they follow one another to the nanosecond.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed class PlayoutPlan
{
    /// <summary>Makes a plan.</summary>
    /// <exception cref="ArgumentException">There is no entry, one is empty, or one does not begin where the one before it ends.</exception>
    public PlayoutPlan(ImmutableArray<PlayoutEntry> entries)
    {
        if (entries.IsDefaultOrEmpty)
        {
            throw new ArgumentException("A plan needs at least one entry.", nameof(entries));
        }

        for (int i = 0; i < entries.Length; i++)
        {
            if (entries[i].End <= entries[i].Start)
            {
                throw new ArgumentException($"Entry {i} ends at {entries[i].End}, not after its start.", nameof(entries));
            }

            if (i > 0 && entries[i].Start != entries[i - 1].End)
            {
                throw new ArgumentException($"Entry {i} starts at {entries[i].Start}, but the one before it ends at {entries[i - 1].End}.", nameof(entries));
            }
        }

        Entries = entries;
    }

    /// <summary>The entries in order; at least one.</summary>
    public ImmutableArray<PlayoutEntry> Entries { get; }

    /// <summary>The first entry's start.</summary>
    public Instant Start => Entries[0].Start;

    /// <summary>The last entry's end.</summary>
    public Instant End => Entries[^1].End;

    /// <summary>Returns the entry that airs at an instant and the position in it; null if the plan does not contain the instant.</summary>
    public SchedulePosition? At(Instant instant)
    {
        if (instant < Start || instant >= End)
        {
            return null;
        }

        int low = 0, high = Entries.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = Entries[middle].Start <= instant ? (middle, high) : (low, middle - 1);
        }

        return new SchedulePosition(Entries[low], instant);
    }
}
