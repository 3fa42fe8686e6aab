using NodaTime;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// The packets that a channel has written so far of one airing. An airing is a period during which an entry is on the air. It is reported
/// when it begins, each second while it is on the air, and when it has ended.
/// </summary>
/// <remarks>
/// Immutable and thread-safe. Each report contains everything known about its airing, and the last report of the airing before. So the next
/// report makes up for a lost one.
/// </remarks>
/// <param name="Run">The id of the run: the period on the air from the first viewer to the end of the linger.</param>
/// <param name="Number">The number of the airing in the run, from zero.</param>
/// <param name="Id">The airing's own id.</param>
/// <param name="Tag">The entry and the producer; null for black and silence that the output itself generated.</param>
/// <param name="Pictures">Its pictures.</param>
/// <param name="Sound">Its sound.</param>
/// <param name="End">Why it has ended; None while it is on the air.</param>
public sealed record AiringReport(Guid Run, long Number, Guid Id, ItemTag? Tag, AiredSpan Pictures, AiredSpan Sound, AiringEnd End)
{
    /// <summary>The number of the report in the run, from zero. If numbers are missing, reports have been lost.</summary>
    public required long Sequence { get; init; }

    /// <summary>Station time when the report was made.</summary>
    public required Instant At { get; init; }

    /// <summary>The last report of the airing that ended last; null if none has ended.</summary>
    public AiringReport? Previous { get; init; }

    /// <summary>
    /// The time of the first picture on the channel's line, or of the first sound if there is no picture; None if there is neither.
    /// </summary>
    public ClockTime FirstPts => Pictures.Packets > 0 ? Pictures.First : Sound.First;

    /// <summary>
    /// The time of the last picture on the channel's line, or of the last sound if there is no picture; None if there is neither.
    /// </summary>
    public ClockTime LastPts => Pictures.Packets > 0 ? Pictures.Last : Sound.Last;
}
