using System.Collections.Immutable;
using NodaTime;

namespace RetroVue.Runtime.Schedules;

/// <summary>Arranges a channel's items so that long ones start on the half hours of the channel's local time.</summary>
/// <remarks>
/// The rule: items keep their order. An item of up to ten minutes starts directly after the one before. A longer item starts on a half
/// hour. The channel's filler files air in the gap before it, one after the other; each gap begins with the file after the last one used,
/// and the last file is cut at the half hour. If there is no filler, or less than a second is left, a slate fills the gap. A list with a
/// long item ends on a half hour too, so it stays on the grid when it repeats.
/// </remarks>
public static class GridPacking
{
    private static readonly Duration s_leastFiller = Duration.FromSeconds(1);

    /// <summary>Items longer than this start on the grid: ten minutes.</summary>
    public static Duration LongItem { get; } = Duration.FromMinutes(10);

    /// <summary>
    /// Returns the channel with its items arranged. It starts on a half hour: at its start, or up to half an hour earlier.
    /// </summary>
    /// <exception cref="ScheduleException">The duration of an item is unknown (see <see cref="Programme.Probed"/>) or not
    /// allowed.</exception>
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
                Add(filler with { Kind = EntryKind.Filler, Duration = Duration.Min(DurationOf(filler), rest) });
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
