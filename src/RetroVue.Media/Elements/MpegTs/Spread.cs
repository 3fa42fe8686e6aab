namespace RetroVue.Media.Elements.MpegTs;

/// <summary>
/// When the packets of a PES go out: evenly over its duration, so that clock references find a packet to ride in and the bit rate is even.
/// </summary>
/// <param name="Start">When the first one goes out, in system clock ticks.</param>
/// <param name="Duration">Over how many ticks they are spread; zero sends all at once.</param>
/// <param name="Bytes">Bytes of the PES.</param>
internal readonly record struct Spread(long Start, long Duration, int Bytes)
{
    /// <summary>How many packets the PES takes where none carries a clock reference.</summary>
    public int Packets => (Bytes + TransportPackets.Room - 1) / TransportPackets.Room;

    /// <summary>The end of the spread, when the next PES of the track may begin.</summary>
    public long End => Start + Duration;

    /// <summary>
    /// When a packet goes out. Clock references can make a packet more than were counted, which goes out with the last one: at the end
    /// stands the next PES.
    /// </summary>
    public long TimeOf(int packet) => Start + (Duration * Math.Min(packet, Packets - 1) / Packets);

    /// <summary>When the packet after a packet goes out, of this PES or of the next.</summary>
    public long TimeAfter(int packet) => packet + 1 < Packets ? TimeOf(packet + 1) : End;

    /// <summary>
    /// Whether a packet carries a clock reference: it is the last one that can before the reference is overdue, so that as few as possible
    /// are sent.
    /// </summary>
    /// <param name="time">When the packet goes out.</param>
    /// <param name="following">When the one after it does.</param>
    /// <param name="due">The time by which the reference has to come.</param>
    public static bool CarriesPcr(long time, long following, long due) => time >= due || following > due;

    /// <summary>The bytes that the PES leaves unused in its last packet.</summary>
    /// <param name="pcr">When the last clock reference was and how far apart they may be; null if the track carries none.</param>
    public int Stuffing((long Last, long Interval)? pcr)
    {
        if (pcr is not { } clock)
        {
            return (Packets * TransportPackets.Room) - Bytes;
        }

        int left = Bytes;
        for (int packet = 0; left > 0; packet++)
        {
            long time = TimeOf(packet);
            bool carries = CarriesPcr(time, TimeAfter(packet), clock.Last + clock.Interval);
            left -= TransportPackets.Room - (carries ? TransportPackets.PcrField : 0);
            clock.Last = carries ? time : clock.Last;
        }

        return -left;
    }
}
