using System.Collections.Immutable;
using NodaTime;

namespace RetroVue.Runtime.Schedules;

/// <summary>One version of a channel's schedule: periods one after the other, each with a programme of its own.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal sealed class ScheduleEdition
{
    private readonly ImmutableArray<(Instant From, ChannelTimeline Timeline)> _stretches;

    /// <summary>Makes the first version: one programme for all time.</summary>
    public ScheduleEdition(ChannelTimeline timeline)
        : this(0, [(Instant.MinValue, timeline)])
    {
    }

    private ScheduleEdition(long generation, ImmutableArray<(Instant From, ChannelTimeline Timeline)> stretches) =>
        (Generation, _stretches) = (generation, stretches);

    /// <summary>The number of earlier versions.</summary>
    public long Generation { get; }

    /// <summary>Returns the next version, with another programme in a period.</summary>
    public ScheduleEdition With(ChannelTimeline timeline, Instant from, Instant? to)
    {
        var stretches = ImmutableArray.CreateBuilder<(Instant From, ChannelTimeline Timeline)>();
        stretches.AddRange(_stretches.Where(stretch => stretch.From < from));
        stretches.Add((from, timeline));
        if (to is { } end)
        {
            stretches.Add((end, _stretches[IndexAt(end)].Timeline));
            stretches.AddRange(_stretches.Where(stretch => stretch.From > end));
        }

        return new ScheduleEdition(Generation + 1, stretches.ToImmutable());
    }

    /// <summary>Returns the entry that airs at an instant, cut to its period.</summary>
    public PlayoutEntry EntryAt(Instant at)
    {
        int index = IndexAt(at);
        PlayoutEntry entry = _stretches[index].Timeline.EntryAt(at).From(_stretches[index].From);
        entry = Generation == 0 ? entry : entry with { Generation = Generation };
        return index + 1 < _stretches.Length && _stretches[index + 1].From is var next && entry.End > next ? entry.Until(next) : entry;
    }

    private int IndexAt(Instant at)
    {
        int low = 0, high = _stretches.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = _stretches[middle].From <= at ? (middle, high) : (low, middle - 1);
        }

        return low;
    }
}
