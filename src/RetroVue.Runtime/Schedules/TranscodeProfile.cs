using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Schedules;

/// <summary>Items are decoded, scaled to one size and rate, and encoded again.</summary>
/// <param name="Width">The picture's width in pixels.</param>
/// <param name="Height">The picture's height in pixels.</param>
/// <param name="Rate">Frames per second.</param>
public sealed record TranscodeProfile(int Width, int Height, Rational Rate) : ChannelProfile
{
    /// <summary>
    /// Interlaced with one of the two field orders, or progressive, the default. If interlaced, <see cref="Rate"/> counts pictures, and the
    /// fields of items are kept.
    /// </summary>
    public Interlacing Interlacing { get; init; }
}
