using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Formats;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Conversion;

/// <summary>The assumed colour of pictures that do not declare it, as players assume it.</summary>
internal static unsafe class PictureColor
{
    /// <summary>
    /// Returns a description with range and matrix, assumed if they are not declared; primaries and transfer as declared.
    /// </summary>
    public static ColorDescription Complete(VideoFormat format, AVPixelFormat pixels)
    {
        var color = format.Color;
        return IsRgb(pixels)
            ? color with { Range = "pc", Matrix = "gbr" }
            : color with { Range = color.Range ?? (IsGray(pixels) ? "pc" : "tv"), Matrix = UsualMatrix(format) };
    }

    /// <summary>Returns the matrix of YUV pictures, assumed if it is not declared.</summary>
    public static string UsualMatrix(VideoFormat format) =>
        (format.Color with { Matrix = format.Color.Matrix == "gbr" ? null : format.Color.Matrix }).Assumed(format.Width, format.Height).Matrix!;

    /// <summary>True for transfer characteristics of high dynamic range (ITU-R BT.2100): hybrid log-gamma and perceptual quantization.</summary>
    public static bool IsHighDynamicRange(string? transfer) => transfer is "arib-std-b67" or "smpte2084";

    /// <summary>True for red, green and blue, also with a palette.</summary>
    public static bool IsRgb(AVPixelFormat pixels) => Has(pixels, AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL);

    /// <summary>True if two names mean the same matrix: BT.601 has several.</summary>
    public static bool IsSameMatrix(string? one, string? other) => Usual(one) == Usual(other);

    private static string? Usual(string? matrix) => matrix == "bt470bg" ? "smpte170m" : matrix;

    // FFmpeg's own scaler, too, assumes full range for grey that does not declare it.
    private static bool IsGray(AVPixelFormat pixels)
    {
        var description = av_pix_fmt_desc_get(pixels);
        return description is not null && description->nb_components <= 2;
    }

    private static bool Has(AVPixelFormat pixels, int flags)
    {
        var description = av_pix_fmt_desc_get(pixels);
        return description is not null && (description->flags & (ulong)flags) != 0;
    }
}
