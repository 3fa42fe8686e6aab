using System.Globalization;
using RetroVue.Media.Time;

namespace RetroVue.Media.Formats;

/// <summary>Raw pictures.</summary>
/// <param name="PixelFormat">How samples lie in memory.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="FrameRate">Nominal frames per second; 0/1 where the rate varies or is not known. Timing comes from PTS, not from this.</param>
public sealed record VideoFormat(PixelFormat PixelFormat, int Width, int Height, Rational FrameRate) : MediaFormat
{
    /// <summary>Width of a pixel over its height; 1/1 unless told.</summary>
    public Rational SampleAspectRatio { get; init; } = new(1, 1);

    /// <summary>How fields make up a picture.</summary>
    public Interlacing Interlacing { get; init; }

    /// <summary>What the samples mean as colour.</summary>
    public ColorDescription Color { get; init; }

    /// <summary>How the picture is to be turned when it is shown; width, height and pixel shape are those of the picture as it is stored.</summary>
    public Orientation Orientation { get; init; }

    /// <summary>A text such as "video yuv420p 640x360 25/1 fps".</summary>
    public override string ToString()
    {
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"video {PixelFormat.ToString().ToLowerInvariant()} {Width}x{Height} {FrameRate} fps");
        text += SampleAspectRatio.Reduce() == new Rational(1, 1) ? "" : $" SAR {SampleAspectRatio}";
        text += Orientation == Orientation.Upright ? "" : $" {Orientation}";
        return Interlacing == Interlacing.Progressive ? text : $"{text} {Interlacing}";
    }
}
