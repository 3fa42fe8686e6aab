using NodaTime;
using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Channels;

/// <summary>When a channel begins whose first viewer wants some of what has been on the air already.</summary>
internal static class Preroll
{
    /// <summary>
    /// The instant that is so much earlier than now, in the items before where it has to be; if one of those is no file, the start of what
    /// follows it.
    /// </summary>
    public static Instant From(IScheduleService schedules, Guid channel, Instant now, ClockTime preroll)
    {
        // A machine without a clock may believe that 1970 has only just begun.
        Instant from = Instant.Max(now - preroll.ToDuration(), NodaConstants.UnixEpoch);
        PlayoutEntry entry = schedules.GetAiring(channel, now).Entry;
        while (from < entry.Start)
        {
            PlayoutEntry before = schedules.GetAiring(channel, entry.Start - Duration.Epsilon).Entry;
            if (before.File is null)
            {
                return entry.Start;
            }

            entry = before;
        }

        return from;
    }
}
