using RetroVue.Media.FFmpeg.Frames;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Conversion;

/// <summary>The rectangle inside an output picture into which a picture of another shape is scaled; the rest is bars.</summary>
internal readonly record struct PictureFit(int X, int Y, int Width, int Height)
{
    /// <summary>Returns the largest centred rectangle that keeps the shape, aligned to the pixel format's chroma.</summary>
    /// <param name="width">Width of the input picture.</param>
    /// <param name="height">Its height.</param>
    /// <param name="aspect">Its sample aspect ratio.</param>
    /// <param name="outWidth">Width of the output picture.</param>
    /// <param name="outHeight">Its height.</param>
    /// <param name="outAspect">Its sample aspect ratio.</param>
    /// <param name="outFormat">Its pixel format; its chroma decides where a rectangle may begin.</param>
    /// <param name="fields">2 if each field is scaled as a picture of its own; otherwise 1.</param>
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
        // The shape in the output's pixels, as width : height.
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

    // A bar thinner than the alignment comes from rounded aspect ratios and is omitted.
    private static int OnGrain(Int128 numerator, Int128 denominator, int grain, int whole)
    {
        int size = (int)((numerator + (denominator * grain / 2)) / (denominator * grain)) * grain;
        return whole - size < 2 * grain ? whole : Math.Max(size, grain);
    }
}
