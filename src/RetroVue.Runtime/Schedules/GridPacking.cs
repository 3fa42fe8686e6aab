using System.Collections.Immutable;
using NodaTime;

namespace RetroVue.Runtime.Schedules;

/// <summary>Lays a channel's items out so that long ones start on the half hours of the channel's clocks.</summary>
/// <remarks>
/// The rule: items keep their order. One of up to ten minutes follows right on the one before. One that is longer starts on a half
/// hour; the channel's filler fills the time to it, file after file, each gap going on with the file after the last one used, the last
/// cut at the half hour. If there is no filler, or less than a second is left, a slate fills the time. A list with a long item ends
/// on a half hour too, so it is still on the grid when it repeats.
/// </remarks>
public static class GridPacking
{
    private static readonly Duration s_leastFiller = Duration.FromSeconds(1);

    /// <summary>Items longer than this start on the grid: ten minutes.</summary>
    public static Duration LongItem { get; } = Duration.FromMinutes(10);

    /// <summary>
    /// The channel with its items laid out, and starting on a half hour: at its start or up to half an hour before it.
    /// </summary>
    /// <exception cref="ScheduleException">The duration of an item is not known (see <see cref="Programme.Probed"/>) or not allowed.</exception>
    public static ChannelSchedule PackedToGrid(this ChannelSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        (Channel channel, Programme programme) = schedule;
        ImmutableArray<ScheduleItem>.Builder packed = ImmutableArray.CreateBuilder<ScheduleItem>();
        Duration slot = LocalGrid.Slot;
        Duration filled = Duration.Zero;
        int nextFiller = 0;
        bool hasLong = false;
        foreach (ScheduleItem item in programme.Items)
        {
            if (DurationOf(item) > LongItem)
            {
                FillSlot();
                hasLong = true;
            }

            Add(item);
        }

        if (hasLong)
        {
            FillSlot();
        }

        return schedule with
        {
            Programme = programme with { Start = LocalGrid.SlotAt(programme.Start, channel.Zone).Start, Items = packed.ToImmutable() },
        };

        void FillSlot()
        {
            while (filled > Duration.Zero)
            {
                Duration rest = slot - filled;
                if (programme.Filler.IsDefaultOrEmpty || rest < s_leastFiller)
                {
                    Add(ScheduleItem.Slate(channel.Name, rest));
                    continue;
                }

                ScheduleItem filler = programme.Filler[nextFiller++ % programme.Filler.Length];
                Add(filler with { Kind = SegmentKind.Filler, Duration = Duration.Min(DurationOf(filler), rest) });
            }
        }

        void Add(ScheduleItem item)
        {
            packed.Add(item);
            filled = Duration.FromNanoseconds((filled + DurationOf(item)).ToInt64Nanoseconds() % slot.ToInt64Nanoseconds());
        }

        Duration DurationOf(ScheduleItem item) => item.KnownDuration(channel.Name);
    }
}
