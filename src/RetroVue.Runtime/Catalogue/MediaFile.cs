using RetroVue.Media.Time;

namespace RetroVue.Runtime.Catalogue;

/// <summary>What is known of a file now.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
/// <param name="Key">The file, and the choice among its streams.</param>
/// <param name="Facts">
/// The file's properties. With a <paramref name="Problem"/>, those of the last time it could be read, so that its item keeps its place; null
/// if it never could.
/// </param>
/// <param name="Problem">Why the file cannot be used now, as one sentence that names it; null if it can.</param>
public sealed record MediaFile(MediaFileKey Key, MediaFacts? Facts, string? Problem)
{
    /// <summary>The file's duration, or its last known one; None if it is not known.</summary>
    public ClockTime Duration => Facts?.Duration ?? ClockTime.None;

    /// <summary>True if the file may be readable later although it does not change: its disk did not answer, or refused the access.</summary>
    internal bool MayReturn { get; init; }
}
