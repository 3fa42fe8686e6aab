using System.Globalization;
using RetroVue.Media.Time;

namespace RetroVue.Media.Formats;

/// <summary>Raw pictures.</summary>
/// <param name="PixelFormat">The pixel format.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="FrameRate">Nominal frames per second; 0/1 if the rate varies or is not known. Timing comes from PTS, not from this.</param>
public sealed record VideoFormat(PixelFormat PixelFormat, int Width, int Height, Rational FrameRate) : MediaFormat
{
    /// <summary>Width of a pixel over its height; by default 1/1.</summary>
    public Rational SampleAspectRatio { get; init; } = new(1, 1);

    /// <summary>Whether a picture consists of fields, and their order.</summary>
    public Interlacing Interlacing { get; init; }

    /// <summary>The meaning of the samples as colour.</summary>
    public ColorDescription Color { get; init; }

    /// <summary>The rotation for display; width, height and pixel shape are those of the stored picture.</summary>
    public Orientation Orientation { get; init; }

    /// <summary>Returns a text such as "video yuv420p 640x360 25/1 fps".</summary>
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
