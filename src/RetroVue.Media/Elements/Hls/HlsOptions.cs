using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Hls;

/// <summary>How an <see cref="HlsSegmenter"/> cuts and what its playlist lists. Immutable.</summary>
public sealed record HlsOptions
{
    /// <summary>
    /// The grid that segments are cut on; 3 s unless set. It must not be shorter than the distance of key frames, or numbers are skipped;
    /// a segment is at most one such distance longer or shorter than it.
    /// </summary>
    public ClockTime Grid { get; init; } = ClockTime.FromSeconds(3);

    /// <summary>Segments that the playlist lists; 6 unless set.</summary>
    public int Window { get; init; } = 6;

    /// <summary>Segments kept after they have left the playlist, for clients that are slow; 3 unless set.</summary>
    public int Kept { get; init; } = 3;

    /// <summary>The UTC time of the line's zero, in nanoseconds since 1970: the playlist's dates follow from it and the PTS, never from a clock.</summary>
    public long EpochUnixNanoseconds { get; init; }

    /// <summary>Throws where a value makes no sense.</summary>
    /// <exception cref="ArgumentException">One does not; the message says which.</exception>
    public void Validate()
    {
        Require(Grid > ClockTime.Zero, nameof(Grid), "must be above 0");
        Require(Window > 0, nameof(Window), "must be above 0");
        Require(Kept >= 0, nameof(Kept), "must not be negative");
    }

    private static void Require(bool isTrue, string name, string rule)
    {
        if (!isTrue)
        {
            throw new ArgumentException($"{name} {rule}.", name);
        }
    }
}
