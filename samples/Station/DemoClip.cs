using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Samples;

/// <summary>A piece of demo media: the moving test picture with a tone.</summary>
/// <param name="File">The file's name in the demo's folder.</param>
/// <param name="Title">The title that viewers see.</param>
/// <param name="Seconds">Its duration in seconds.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Rate">Frames per second.</param>
/// <param name="SampleRate">Samples of sound per second.</param>
/// <param name="Layout">The channels of its sound.</param>
internal sealed record DemoClip(string File, string Title, int Seconds, int Width, int Height, Rational Rate, int SampleRate, ChannelLayout Layout)
{
    /// <summary>The number of its frames: those that begin before its end.</summary>
    public long Frames => ((long)Seconds * Rate.Numerator + Rate.Denominator - 1) / Rate.Denominator;
}
