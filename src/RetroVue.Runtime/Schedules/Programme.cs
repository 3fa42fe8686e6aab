using System.Collections.Immutable;
using NodaTime;

namespace RetroVue.Runtime.Schedules;

/// <summary>The content of a channel: a list of items from a start on, which repeats unless it has an end.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
/// <param name="Start">When the first item airs.</param>
/// <param name="End">When the list ends; the item that is then on the air is cut. Null for never.</param>
/// <param name="Repeats">False if the list ends after its last item, even before <paramref name="End"/>.</param>
/// <param name="Items">The list, in order.</param>
/// <param name="Filler">Files that air one after the other before the start, after the end, and in gaps of the grid.</param>
public sealed record Programme(Instant Start, Instant? End, bool Repeats, ImmutableArray<ScheduleItem> Items, ImmutableArray<ScheduleItem> Filler)
{
    /// <summary>
    /// Returns the default start of a programme: 2000-01-01 06:00 in the channel's zone. Because it is fixed, the same item airs at the
    /// same time no matter when the station was started.
    /// </summary>
    public static Instant DefaultStart(DateTimeZone zone) => new BroadcastDay(new LocalDate(2000, 1, 1), zone).Start;

    /// <summary>
    /// Returns the programme with the missing durations taken from the files. Items that are too short to air
    /// (<see cref="ScheduleItem.MinDuration"/>) or whose file cannot be used are left out. Items that have a duration keep it and their
    /// place, even if their file cannot be used.
    /// </summary>
    /// <param name="durationOf">
    /// Returns the exact duration of an item's file, or null if the file cannot be used. It is called once for each item without a
    /// duration.
    /// </param>
    public Programme Probed(Func<ScheduleItem, Duration?> durationOf)
    {
        ArgumentNullException.ThrowIfNull(durationOf);
        return this with { Items = Complete(Items), Filler = Complete(Filler) };

        ImmutableArray<ScheduleItem> Complete(ImmutableArray<ScheduleItem> items) =>
        [
            .. from item in items
               select item.Duration is null ? item with { Duration = durationOf(item) - item.Offset } : item into item
               where item.Duration >= ScheduleItem.MinDuration
               select item.Duration > ScheduleItem.MaxDuration ? item with { Duration = ScheduleItem.MaxDuration } : item,
        ];
    }
}
