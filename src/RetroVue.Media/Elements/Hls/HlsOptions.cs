using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Hls;

/// <summary>How an <see cref="HlsSegmenter"/> cuts and what its playlist lists. Immutable.</summary>
public sealed record HlsOptions
{
    /// <summary>
    /// The target duration, which never changes: whole seconds, 4 unless set. Key frames must not be farther apart, or what lies beyond it
    /// is listed as a gap.
    /// </summary>
    public ClockTime Target { get; init; } = ClockTime.FromSeconds(4);

    /// <summary>How many target durations the playlist lists; 6 unless set, and at least the 3 of RFC 8216 6.2.2.</summary>
    public int Window { get; init; } = 6;

    /// <summary>
    /// How long before its decoding time everything goes out at least: the writer's <see cref="MpegTs.TransportStreamOptions.Delay"/> less its
    /// <see cref="MpegTs.TransportStreamOptions.SoundPesDuration"/>; 300 ms unless set.
    /// </summary>
    public ClockTime Lead { get; init; } = ClockTime.FromMilliseconds(300);

    /// <summary>
    /// What the names of segments begin with; empty unless set. It has to be another one for every segmenter whose segments are reached
    /// below one address, so that an address never stands for other bytes.
    /// </summary>
    public string Run { get; init; } = "";

    /// <summary>The UTC time of the line's zero, in nanoseconds since 1970: the playlist's dates follow from it and the PTS, never from a clock.</summary>
    public long EpochUnixNanoseconds { get; init; }

    /// <summary>Throws where a value makes no sense.</summary>
    /// <exception cref="ArgumentException">One does not; the message says which.</exception>
    public void Validate()
    {
        Require(Target > ClockTime.Zero && Target.Nanoseconds % 1_000_000_000 == 0, nameof(Target), "must be whole seconds above 0");
        Require(Window >= 3, nameof(Window), "must be at least 3");
        Require(Lead >= ClockTime.Zero, nameof(Lead), "must not be negative");
        Require(Run is not null, nameof(Run), "must not be null");
    }

    private static void Require(bool isTrue, string name, string rule)
    {
        if (!isTrue)
        {
            throw new ArgumentException($"{name} {rule}.", name);
        }
    }
}
