using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.Formats;

namespace RetroVue.Media.FFmpeg.Conversion;

/// <summary>Describes libavfilter's "colorspace" (libavfilter/vf_colorspace.c), which converts matrix, range and primaries exactly.</summary>
internal static class ColorSpaceFilter
{
    private static readonly string[] s_primaries =
    [
        "bt709", "bt470m", "bt470bg", "smpte170m", "smpte240m", "smpte428", "film", "smpte431", "smpte432", "bt2020", "jedec-p22",
    ];

    /// <summary>
    /// Returns the filter that converts between two descriptions; null if it does not support one of them, or such pictures.
    /// </summary>
    /// <param name="own">The input's description, with range and matrix set.</param>
    /// <param name="to">The output's description; properties that are not set do not change.</param>
    /// <param name="output">The output's pixel format, if the filter supports it.</param>
    /// <param name="pixels">The input's pixel format.</param>
    public static string? Describe(ColorDescription own, ColorDescription to, PixelFormat output, AVPixelFormat pixels)
    {
        var format = output is PixelFormat.Yuv422P or PixelFormat.Yuv444P or PixelFormat.Yuv420P10Le ? output : PixelFormat.Yuv420P;
        if (!Takes(pixels) || Space(own.Matrix) is not { } source || Space(to.Matrix ?? own.Matrix) is not { } target)
        {
            return null;
        }

        var (before, after) = (Primaries(own.Primaries), Primaries(to.Primaries));
        (before, after) = before is null || after is null ? ("bt709", "bt709") : (before, after);
        // The transfer curves of standard television are nearly the same, and displays treat them as equal.
        return $"colorspace=ispace={source}:space={target}:irange={own.Range}:range={to.Range ?? own.Range}:iprimaries={before}:primaries={after}"
            + $":itrc=bt709:trc=bt709:format={FormatNames.ToName(format)}";
    }

    private static bool Takes(AVPixelFormat pixels) =>
        FormatNames.ToName(pixels) is "yuv420p" or "yuv422p" or "yuv444p" or "yuv420p10le" or "yuv422p10le" or "yuv444p10le"
            or "yuv420p12le" or "yuv422p12le" or "yuv444p12le";

    private static string? Space(string? matrix) => matrix switch
    {
        "bt2020nc" => "bt2020ncl",
        "bt709" or "fcc" or "bt470bg" or "smpte170m" or "smpte240m" => matrix,
        _ => null,
    };

    private static string? Primaries(string? primaries) => Array.IndexOf(s_primaries, primaries) >= 0 ? primaries : null;
}
