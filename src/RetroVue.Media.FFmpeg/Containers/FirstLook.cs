using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>The result of a look at the first packets of a stream, if pictures are decoded in another order than they are shown.</summary>
/// <param name="StepByPresentation">
/// The number of ticks per picture, if missing decoding times have to be derived from the presentation times: because no rate is known,
/// because some of the container's decoding times are later than the presentation, or because only some pictures have times. Otherwise
/// null.
/// </param>
/// <param name="Order">Reads the presentation order from the pictures, if the container does not give all presentation times. The receiver
/// disposes of it.</param>
/// <param name="Unit">The increase of that order from one frame to the next.</param>
/// <param name="Lowest">The order of the picture that is presented first.</param>
/// <param name="HasFields">True if the fields of a frame are in packets of their own.</param>
/// <param name="FrameStep">The number of ticks per frame, if the declared rate does not give it; otherwise 0.</param>
internal readonly record struct FirstLook(
    long? StepByPresentation = null, PictureOrder? Order = null, long Unit = 1, long Lowest = 0, bool HasFields = false, long FrameStep = 0)
{
    /// <summary>The first given presentation time, in ticks, and the order of its picture; null if no picture has one.</summary>
    public (long Pts, long Order)? Known { get; init; }

    /// <summary>The number of pictures that are presented before the first one in decoding order.</summary>
    public int Leading { get; init; }

    /// <summary>The presentation time of the first packet, if only a later packet gives it; otherwise null.</summary>
    public ClockTime? First { get; init; }
}
