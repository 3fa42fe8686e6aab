namespace RetroVue.Media.Elements.MpegTs;

/// <summary>
/// The output times of the packets of a PES: evenly spread over its duration, so that there is always a packet for a clock reference and
/// the bit rate is even.
/// </summary>
/// <param name="Start">The output time of the first packet, in system clock ticks.</param>
/// <param name="Duration">The number of ticks over which the packets are spread; zero sends all at once.</param>
/// <param name="Bytes">The number of bytes of the PES.</param>
internal readonly record struct Spread(long Start, long Duration, int Bytes)
{
    /// <summary>The number of packets of the PES if none carries a clock reference.</summary>
    public int Packets => (Bytes + TransportPackets.Room - 1) / TransportPackets.Room;

    /// <summary>The end of the spread, when the next PES of the track may begin.</summary>
    public long End => Start + Duration;

    /// <summary>
    /// Returns the output time of a packet. Clock references can make one more packet necessary than were counted; it is sent with the last
    /// one, because the next PES begins at the end.
    /// </summary>
    public long TimeOf(int packet) => Start + (Duration * Math.Min(packet, Packets - 1) / Packets);

    /// <summary>Returns the output time of the packet after a packet, of this PES or of the next one.</summary>
    public long TimeAfter(int packet) => packet + 1 < Packets ? TimeOf(packet + 1) : End;

    /// <summary>
    /// True if a packet carries a clock reference: it is the last packet before the reference is overdue, so that as few as possible are
    /// sent.
    /// </summary>
    /// <param name="time">The output time of the packet.</param>
    /// <param name="following">The output time of the next packet.</param>
    /// <param name="due">The latest time of the reference.</param>
    public static bool CarriesPcr(long time, long following, long due) => time >= due || following > due;

    /// <summary>Returns the number of bytes that the PES leaves unused in its last packet.</summary>
    /// <param name="pcr">The time of the last clock reference and the longest interval between two; null if the track carries none.</param>
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
