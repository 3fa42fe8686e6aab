using NodaTime;
using RetroVue.Runtime.Catalogue;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Channels;

/// <summary>The order in which a channel needs its files.</summary>
internal static class DueOrder
{
    /// <summary>
    /// Returns the files of a channel whose durations or formats matter, each once: if all durations are given, first what airs now, then what
    /// follows; else in the order of the list. Filler comes last, but first while it airs.
    /// </summary>
    public static IEnumerable<MediaFileKey> Of(ChannelSchedule schedule, Instant now)
    {
        Programme programme = schedule.Programme;
        ScheduleItem[] items = FromNow([.. programme.Items], programme.Start, now), filler = [.. programme.Filler];
        bool isIdle = now < programme.Start || now >= (programme.End ?? Instant.MaxValue);
        return (isIdle ? filler.Concat(items) : items.Concat(filler))
            .Where(item => item.File is not null && (item.Duration is null || schedule.Channel.Profile is CopyProfile))
            .Select(item => new MediaFileKey(item.File!, item.Streams))
            .Distinct();
    }

    private static ScheduleItem[] FromNow(ScheduleItem[] items, Instant start, Instant now)
    {
        // 128 bits: an instant may lie more than 292 years from the start.
        Int128 length = 0;
        foreach (ScheduleItem item in items)
        {
            if (item.Duration is not { } duration)
            {
                return items;
            }

            length += duration.ToInt128Nanoseconds();
        }

        if (length <= 0)
        {
            return items;
        }

        Int128 left = (now - start).ToInt128Nanoseconds() % length;
        left = left < 0 ? left + length : left;
        int first = 0;
        while (left >= items[first].Duration!.Value.ToInt128Nanoseconds())
        {
            left -= items[first++].Duration!.Value.ToInt128Nanoseconds();
        }

        return [.. items[first..], .. items[..first]];
    }
}
