using NodaTime;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// What a channel has written of one airing so far: one stretch of an entry on the air. An airing is reported as it begins, each second while it is
/// on the air, and as it has ended.
/// </summary>
/// <remarks>
/// Immutable and thread-safe. Each report says all that is known of its airing, and the last of the airing before, so a report that is lost is made up
/// for by the next one.
/// </remarks>
/// <param name="Run">The stretch of the channel on the air, from the first viewer to the last: it has an id of its own.</param>
/// <param name="Number">Which airing of the run it is, from zero.</param>
/// <param name="Id">The airing's own id.</param>
/// <param name="Tag">What was aired, and by whom; null of black and silence, where nobody has given anything.</param>
/// <param name="Pictures">Its pictures.</param>
/// <param name="Sound">Its sound.</param>
/// <param name="End">Why it has ended; None while it is on the air.</param>
public sealed record AiringReport(Guid Run, long Number, Guid Id, ItemTag? Tag, AiredSpan Pictures, AiredSpan Sound, AiringEnd End)
{
    /// <summary>Which report of the run it is, from zero: if numbers are missing, reports have been lost.</summary>
    public required long Sequence { get; init; }

    /// <summary>Station time as the report was made.</summary>
    public required Instant At { get; init; }

    /// <summary>The last report of the airing that has ended last; null if none has.</summary>
    public AiringReport? Previous { get; init; }

    /// <summary>The first picture's time on the channel's line, or that of the first sound if there is no picture; None if there is neither.</summary>
    public ClockTime FirstPts => Pictures.Packets > 0 ? Pictures.First : Sound.First;

    /// <summary>The last picture's time on the channel's line, or that of the last sound if there is no picture; None if there is neither.</summary>
    public ClockTime LastPts => Pictures.Packets > 0 ? Pictures.Last : Sound.Last;
}
