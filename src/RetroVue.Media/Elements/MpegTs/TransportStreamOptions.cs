using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>The layout of the stream of a <see cref="TransportStreamWriter"/>. Immutable.</summary>
public sealed record TransportStreamOptions
{
    private static readonly ClockTime s_longestPcrInterval = ClockTime.FromMilliseconds(100);

    /// <summary>
    /// How long before its decoding time a packet begins to be sent; this is also how much a decoder buffers. At least twice
    /// <see cref="SoundPesDuration"/> plus 100 ms, so that packets that are spread over time arrive before they are decoded. By default 500
    /// ms.
    /// </summary>
    public ClockTime Delay { get; init; } = ClockTime.FromMilliseconds(500);

    /// <summary>
    /// The longest time between two clock references; by default 40 ms, the limit of DVB (ETSI TS 101 154 4.1.5.3). ISO/IEC 13818-1 2.7.2
    /// allows 100 ms.
    /// </summary>
    public ClockTime PcrInterval { get; init; } = ClockTime.FromMilliseconds(40);

    /// <summary>
    /// The longest time between two sets of tables, if no key frame brings them earlier; by default 250 ms. A stream of sound only has them
    /// at the first PES after that time, at most twice as far apart: within the 500 ms of ETSI TR 101 290.
    /// </summary>
    public ClockTime TableInterval { get; init; } = ClockTime.FromMilliseconds(250);

    /// <summary>
    /// The maximum duration of sound in one PES packet; by default 200 ms. A PES ends in the second half of this duration, where it needs
    /// the least stuffing.
    /// </summary>
    public ClockTime SoundPesDuration { get; init; } = ClockTime.FromMilliseconds(200);

    /// <summary>transport_stream_id of the PAT and SDT; by default 1.</summary>
    public ushort TransportStreamId { get; init; } = 1;

    /// <summary>program_number, which is the service id; by default 1.</summary>
    public ushort ProgramNumber { get; init; } = 1;

    /// <summary>The service's name in the SDT; null for no SDT.</summary>
    public string? ServiceName { get; init; }

    /// <summary>The service provider's name in the SDT; by default empty.</summary>
    public string ServiceProvider { get; init; } = "";

    /// <summary>Throws if the values contradict each other.</summary>
    /// <exception cref="ArgumentException">They do; the message says which and why.</exception>
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
