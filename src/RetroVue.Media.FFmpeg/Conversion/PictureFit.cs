using RetroVue.Media.FFmpeg.Frames;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Conversion;

/// <summary>The rectangle of a picture that another one of unlike shape is scaled into; the rest is bars.</summary>
internal readonly record struct PictureFit(int X, int Y, int Width, int Height)
{
    /// <summary>The largest rectangle in the middle that keeps the shape, on the grain of the pixel format.</summary>
    /// <param name="width">Width of the picture that is put in.</param>
    /// <param name="height">Its height.</param>
    /// <param name="aspect">Its sample aspect ratio.</param>
    /// <param name="outWidth">Width of the picture that it is put into.</param>
    /// <param name="outHeight">Its height.</param>
    /// <param name="outAspect">Its sample aspect ratio.</param>
    /// <param name="outFormat">Its pixel format, whose chroma says where a rectangle may begin.</param>
    /// <param name="fields">2 where each field is a picture by itself, which has to fit, too; else 1.</param>
    public static PictureFit Keeping(
        int width,
        int height,
        Rational aspect,
        int outWidth,
        int outHeight,
        Rational outAspect,
        AVPixelFormat outFormat,
        int fields = 1)
    {
        // The shape in the output's pixels, as wide : high.
        Int128 wide = (Int128)width * aspect.Numerator * outAspect.Denominator;
        Int128 high = (Int128)height * aspect.Denominator * outAspect.Numerator;
        var (columns, lines) = PixelLayout.Grain(outFormat);
        lines *= fields;
        bool isWider = wide * outHeight >= high * outWidth;
        int fitWidth = isWider ? outWidth : OnGrain(wide * outHeight, high, columns, outWidth);
        int fitHeight = isWider ? OnGrain(high * outWidth, wide, lines, outHeight) : outHeight;
        return new PictureFit(
            (outWidth - fitWidth) / 2 / columns * columns,
            (outHeight - fitHeight) / 2 / lines * lines,
            fitWidth,
            fitHeight);
    }

    // A bar of less than a grain on either side is not worth having: it comes from rounded aspect ratios.
    private static int OnGrain(Int128 numerator, Int128 denominator, int grain, int whole)
    {
        int size = (int)((numerator + (denominator * grain / 2)) / (denominator * grain)) * grain;
        return whole - size < 2 * grain ? whole : Math.Max(size, grain);
    }
}
