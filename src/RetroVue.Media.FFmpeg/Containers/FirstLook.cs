using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>What a look at the first packets of a stream tells: of pictures where they are decoded in another order than they are shown in.</summary>
/// <param name="StepByPresentation">
/// How many ticks a picture lasts, where decoding times that are missing have to follow from the presentation times: no rate tells how they
/// begin, or the container gives some that are later than the presentation, or gives times to some pictures only. Null elsewhere.
/// </param>
/// <param name="Order">Reads how pictures follow on each other, where the container does not say when all are presented. Whoever takes it disposes it.</param>
/// <param name="Unit">By how much that order grows from one frame to the next.</param>
/// <param name="Lowest">Its value for the picture that is presented first.</param>
/// <param name="HasFields">True if the fields of a frame come in packets of their own.</param>
/// <param name="FrameStep">How many ticks a frame lasts, where the rate that is told does not say it; else 0.</param>
internal readonly record struct FirstLook(
    long? StepByPresentation = null, PictureOrder? Order = null, long Unit = 1, long Lowest = 0, bool HasFields = false, long FrameStep = 0)
{
    /// <summary>The first presentation time that is given, in ticks, and the place in the order of the picture that has it; null if none is.</summary>
    public (long Pts, long Order)? Known { get; init; }

    /// <summary>How many pictures are presented before the first that is decoded.</summary>
    public int Leading { get; init; }

    /// <summary>When the first packet is presented, of a stream in that order where only a later one says so; else null.</summary>
    public ClockTime? First { get; init; }
}
