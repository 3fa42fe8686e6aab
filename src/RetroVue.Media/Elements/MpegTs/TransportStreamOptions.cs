using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>How a <see cref="TransportStreamWriter"/> lays out its stream. Immutable.</summary>
public sealed record TransportStreamOptions
{
    private static readonly ClockTime s_longestPcrInterval = ClockTime.FromMilliseconds(100);

    /// <summary>
    /// How long before its decoding time a packet begins to go out, and so how much a decoder buffers. At least twice
    /// <see cref="SoundPesDuration"/> plus 100 ms, so that whatever is spread over time has arrived before it is decoded; 500 ms unless set.
    /// </summary>
    public ClockTime Delay { get; init; } = ClockTime.FromMilliseconds(500);

    /// <summary>
    /// The longest time between two clock references; 40 ms unless set, the figure of DVB (ETSI TS 101 154 4.1.5.3) where
    /// ISO/IEC 13818-1 2.7.2 asks for 100.
    /// </summary>
    public ClockTime PcrInterval { get; init; } = ClockTime.FromMilliseconds(40);

    /// <summary>
    /// The longest time between two sets of tables where a key frame does not bring them earlier; 250 ms unless set. Sound alone has them
    /// at the first PES after that time, at most twice as far apart: within the 500 ms of ETSI TR 101 290.
    /// </summary>
    public ClockTime TableInterval { get; init; } = ClockTime.FromMilliseconds(250);

    /// <summary>
    /// How much sound shares one PES packet at most; 200 ms unless set. Where in its second half a PES ends is chosen for the least stuffing.
    /// </summary>
    public ClockTime SoundPesDuration { get; init; } = ClockTime.FromMilliseconds(200);

    /// <summary>transport_stream_id of the PAT and SDT; 1 unless set.</summary>
    public ushort TransportStreamId { get; init; } = 1;

    /// <summary>program_number, which is the service id; 1 unless set.</summary>
    public ushort ProgramNumber { get; init; } = 1;

    /// <summary>The service's name in the SDT; without one no SDT is sent.</summary>
    public string? ServiceName { get; init; }

    /// <summary>The service provider's name in the SDT; empty unless set.</summary>
    public string ServiceProvider { get; init; } = "";

    /// <summary>Throws where the values do not fit each other.</summary>
    /// <exception cref="ArgumentException">They do not; the message says which and why.</exception>
    public void Validate()
    {
        Require(PcrInterval > ClockTime.Zero && PcrInterval <= s_longestPcrInterval, nameof(PcrInterval), "must be above 0 and at most 100 ms");
        Require(TableInterval > ClockTime.Zero, nameof(TableInterval), "must be above 0");
        Require(SoundPesDuration >= ClockTime.Zero, nameof(SoundPesDuration), "must not be negative");
        Require(
            Delay >= (SoundPesDuration * 2) + TransportStreamTrack.LongestSpread,
            nameof(Delay),
            "must be at least twice SoundPesDuration plus 100 ms, or packets would arrive after their decoding time");
    }

    private static void Require(bool isTrue, string name, string rule)
    {
        if (!isTrue)
        {
            throw new ArgumentException($"{name} {rule}.", name);
        }
    }
}
