using System.Collections.Immutable;
using NodaTime;

namespace RetroVue.Runtime.Schedules;

/// <summary>One version of a channel's schedule: periods one after the other, each with a programme of its own.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal sealed class ScheduleEdition
{
    private static readonly Duration s_memory = Duration.FromHours(1);

    private readonly ImmutableArray<Stretch> _stretches;

    /// <summary>Makes the first version: one programme for all time.</summary>
    public ScheduleEdition(ChannelTimeline timeline)
        : this(0, [new Stretch(Instant.MinValue, timeline, IsOwn: true)])
    {
    }

    private ScheduleEdition(long generation, ImmutableArray<Stretch> stretches) =>
        (Generation, _stretches) = (generation, stretches);

    /// <summary>The number of earlier versions.</summary>
    public long Generation { get; }

    /// <summary>Returns the next version, with another programme in a period.</summary>
    public ScheduleEdition With(ChannelTimeline timeline, Instant from, Instant? to)
    {
        var stretches = ImmutableArray.CreateBuilder<Stretch>();
        stretches.AddRange(_stretches.Where(stretch => stretch.From < from));
        stretches.Add(new Stretch(from, timeline, IsOwn: false));
        if (to is { } end)
        {
            stretches.Add(_stretches[IndexAt(end)] with { From = end });
            stretches.AddRange(_stretches.Where(stretch => stretch.From > end));
        }

        return new ScheduleEdition(Generation + 1, stretches.ToImmutable());
    }

    /// <summary>Returns the same version with another programme of the channel's own: the present one was only a place holder.</summary>
    public ScheduleEdition Begun(ChannelTimeline own) =>
        new(Generation, [.. _stretches.Select(stretch => stretch.IsOwn ? stretch with { Timeline = own } : stretch)]);

    /// <summary>
    /// Returns the next version, in which another programme replaces the channel's own one from an instant on; periods with published programmes
    /// stay. What ended more than an hour before the instant is forgotten, so that a list that changes all day does not grow.
    /// </summary>
    public ScheduleEdition Revised(ChannelTimeline own, Instant from)
    {
        var stretches = ImmutableArray.CreateBuilder<Stretch>();
        for (int index = 0; index < _stretches.Length; index++)
        {
            Stretch stretch = stretches.Count == 0 ? _stretches[index] with { From = Instant.MinValue } : _stretches[index];
            Instant end = index + 1 < _stretches.Length ? _stretches[index + 1].From : Instant.MaxValue;
            if (end <= from - s_memory)
            {
                continue;
            }

            bool isRevised = stretch.IsOwn && end > from;
            if (!isRevised || stretch.From < from)
            {
                stretches.Add(stretch);
            }

            if (isRevised)
            {
                stretches.Add(stretch with { From = Instant.Max(stretch.From, from), Timeline = own });
            }
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

    /// <summary>A period that ends with the next one.</summary>
    /// <param name="From">Its first instant.</param>
    /// <param name="Timeline">Its programme.</param>
    /// <param name="IsOwn">True for the channel's own programme, false for one that was published.</param>
    private sealed record Stretch(Instant From, ChannelTimeline Timeline, bool IsOwn);
}
