using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Hls;

/// <summary>How an <see cref="HlsSegmenter"/> cuts segments, and which of them its playlist lists. Immutable.</summary>
public sealed record HlsOptions
{
    /// <summary>
    /// The target duration, which never changes: whole seconds, by default 4. Key frames must not be farther apart; media beyond it is
    /// listed as a gap.
    /// </summary>
    public ClockTime Target { get; init; } = ClockTime.FromSeconds(4);

    /// <summary>The length of the playlist in target durations; by default 6, and at least 3 (RFC 8216 6.2.2).</summary>
    public int Window { get; init; } = 6;

    /// <summary>
    /// The shortest time between the sending of a packet and its decoding time: the writer's
    /// <see cref="MpegTs.TransportStreamOptions.Delay"/> less its <see cref="MpegTs.TransportStreamOptions.SoundPesDuration"/>; by default
    /// 300 ms.
    /// </summary>
    public ClockTime Lead { get; init; } = ClockTime.FromMilliseconds(300);

    /// <summary>
    /// The beginning of the segments' names; by default empty. Segmenters whose segments have the same base address need different values,
    /// so that an address never changes its content.
    /// </summary>
    public string Run { get; init; } = "";

    /// <summary>
    /// The UTC time of the line's zero, in nanoseconds since 1970. The playlist's dates are this plus the PTS; they do not depend on a
    /// clock.
    /// </summary>
    public long EpochUnixNanoseconds { get; init; }

    /// <summary>Throws if a value is invalid.</summary>
    /// <exception cref="ArgumentException">A value is invalid; the message names it.</exception>
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
