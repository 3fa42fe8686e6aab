using NodaTime;
using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Channels;

/// <summary>Finds the instant at which a channel begins if its first viewer wants some media that has aired already.</summary>
internal static class Preroll
{
    /// <summary>
    /// Returns the instant that lies the preroll before now, in earlier items if necessary. If one of those is not a file, returns the
    /// start of the item after it.
    /// </summary>
    public static Instant From(IScheduleService schedules, Guid channel, Instant now, ClockTime preroll)
    {
        // A machine without a clock may believe that 1970 has only just begun.
        Instant from = Instant.Max(now - preroll.ToDuration(), NodaConstants.UnixEpoch);
        PlayoutEntry entry = schedules.GetPosition(channel, now).Entry;
        while (from < entry.Start)
        {
            PlayoutEntry before = schedules.GetPosition(channel, entry.Start - Duration.Epsilon).Entry;
            if (before.File is null)
            {
                return entry.Start;
            }

            entry = before;
        }

        return from;
    }
}
