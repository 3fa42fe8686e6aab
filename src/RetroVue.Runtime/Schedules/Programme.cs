using System.Collections.Immutable;
using NodaTime;

namespace RetroVue.Runtime.Schedules;

/// <summary>What a channel airs: a list of items, from a start, over and over unless it has an end.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
/// <param name="Start">When the first item airs.</param>
/// <param name="End">When the list is over, cutting the item then on the air; null for never.</param>
/// <param name="Repeats">False if the list is over after its last item, even before <paramref name="End"/>.</param>
/// <param name="Items">The list, in order.</param>
/// <param name="Filler">Files that air in turn before the start and after the end, and if a grid leaves gaps.</param>
public sealed record Programme(Instant Start, Instant? End, bool Repeats, ImmutableArray<ScheduleItem> Items, ImmutableArray<ScheduleItem> Filler)
{
    /// <summary>
    /// The start of a programme that was given none: 2000-01-01 06:00 in the channel's zone. Being fixed, it puts the same item on the air at the
    /// same time whenever the station was started.
    /// </summary>
    public static Instant DefaultStart(DateTimeZone zone) => new BroadcastDay(new LocalDate(2000, 1, 1), zone).Start;

    /// <summary>
    /// Completes the durations that were left to the files, and leaves out items that are too short to air
    /// (<see cref="ScheduleItem.MinDuration"/>) or whose file is unusable. Items that have a duration keep it and their place, whatever
    /// became of their file.
    /// </summary>
    /// <param name="durationOf">
    /// The exact duration of an item's file, or null if it is unusable; asked once for each item without a duration.
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
