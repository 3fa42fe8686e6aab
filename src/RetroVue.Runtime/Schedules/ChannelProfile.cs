using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Schedules;

/// <summary>How a channel is made; fixed for its life.</summary>
/// <param name="Mode">Copied or transcoded.</param>
/// <param name="Width">The picture's width in pixels; 0 in copy mode, where the items decide.</param>
/// <param name="Height">The picture's height in pixels; 0 in copy mode.</param>
/// <param name="Rate">Frames per second; not valid in copy mode.</param>
public sealed record ChannelProfile(ProfileMode Mode, int Width, int Height, Rational Rate)
{
    /// <summary>
    /// Whether the pictures have two fields, and which is first in time: then <see cref="Rate"/> counts pictures, and those of the items
    /// are kept. Progressive unless told, and in copy mode, where the items decide.
    /// </summary>
    public Interlacing Interlacing { get; init; }

    /// <summary>The profile of a channel that airs its items as they are.</summary>
    public static ChannelProfile Copy { get; } = new(ProfileMode.Copy, 0, 0, default);

    /// <summary>The profile of a channel that is encoded at one size and rate.</summary>
    public static ChannelProfile Transcode(int width, int height, Rational rate) => new(ProfileMode.Transcode, width, height, rate);
}
