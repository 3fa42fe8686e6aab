using System.Runtime.InteropServices;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Formats;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Formats;

/// <summary>
/// Converts between this library's formats and FFmpeg's, by FFmpeg's names: the numbers of the names change between releases.
/// </summary>
/// <remarks>The methods look up names: use them when a format changes, not for each buffer.</remarks>
internal static unsafe class FormatNames
{
    private const string Unspecified = "unspecified";

    private static readonly (PixelFormat Ours, string Name)[] s_pixels =
    [
        (PixelFormat.Yuv420P, "yuv420p"), (PixelFormat.Yuv422P, "yuv422p"), (PixelFormat.Yuv444P, "yuv444p"),
        (PixelFormat.Yuv420P10Le, "yuv420p10le"), (PixelFormat.Nv12, "nv12"), (PixelFormat.Yuyv422, "yuyv422"),
        (PixelFormat.Uyvy422, "uyvy422"), (PixelFormat.Rgb24, "rgb24"), (PixelFormat.Bgr24, "bgr24"), (PixelFormat.Rgba, "rgba"),
        (PixelFormat.Bgra, "bgra"), (PixelFormat.Gray8, "gray"),
    ];

    private static readonly (SampleFormat Ours, string Name)[] s_samples =
    [
        (SampleFormat.U8, "u8"), (SampleFormat.S16, "s16"), (SampleFormat.S32, "s32"), (SampleFormat.F32, "flt"),
        (SampleFormat.S16Planar, "s16p"), (SampleFormat.S32Planar, "s32p"), (SampleFormat.F32Planar, "fltp"),
    ];

    private static readonly (string Name, AVFieldOrder Native)[] s_fieldOrders =
    [
        ("progressive", AVFieldOrder.AV_FIELD_PROGRESSIVE), ("tt", AVFieldOrder.AV_FIELD_TT), ("bb", AVFieldOrder.AV_FIELD_BB),
        ("tb", AVFieldOrder.AV_FIELD_TB), ("bt", AVFieldOrder.AV_FIELD_BT),
    ];

    /// <summary>Returns this library's pixel format; Unknown if it has no name for it.</summary>
    /// <param name="format">FFmpeg's value.</param>
    /// <param name="isFullRange">True for the "yuvj" formats, which contain the range.</param>
    public static PixelFormat ToPixelFormat(AVPixelFormat format, out bool isFullRange)
    {
        var name = NativeText.Read(av_get_pix_fmt_name(format));
        isFullRange = name is not null && name.StartsWith("yuvj", StringComparison.Ordinal);
        name = isFullRange ? "yuv" + name![4..] : name;
        return Array.Find(s_pixels, pair => pair.Name == name).Ours;
    }

    /// <summary>Returns FFmpeg's pixel format; AV_PIX_FMT_NONE for Unknown.</summary>
    public static AVPixelFormat ToNative(PixelFormat format)
    {
        using var name = new NativeText(Array.Find(s_pixels, pair => pair.Ours == format).Name ?? "none");
        return av_get_pix_fmt(name);
    }

    /// <summary>Returns FFmpeg's name of a pixel format.</summary>
    public static string ToName(AVPixelFormat format) => NativeText.Read(av_get_pix_fmt_name(format)) ?? "none";

    /// <inheritdoc cref="ToName(AVPixelFormat)"/>
    public static string ToName(PixelFormat format) => Array.Find(s_pixels, pair => pair.Ours == format).Name ?? "none";

    /// <summary>Returns the "yuvj" formats, each with the format that is the same except for the range.</summary>
    public static (AVPixelFormat Full, AVPixelFormat Plain)[] FullRangeFormats()
    {
        return [Pair("420p"), Pair("422p"), Pair("444p"), Pair("440p"), Pair("411p")];

        static (AVPixelFormat Full, AVPixelFormat Plain) Pair(string layout) => (Find("yuvj" + layout), Find("yuv" + layout));

        static AVPixelFormat Find(string format)
        {
            using var name = new NativeText(format);
            return av_get_pix_fmt(name);
        }
    }

    /// <summary>Returns this library's sample format; Unknown if it has no name for it, such as for 64-bit float.</summary>
    public static SampleFormat ToSampleFormat(AVSampleFormat format)
    {
        var name = NativeText.Read(av_get_sample_fmt_name(format));
        return Array.Find(s_samples, pair => pair.Name == name).Ours;
    }

    /// <summary>Returns FFmpeg's sample format; AV_SAMPLE_FMT_NONE for Unknown.</summary>
    public static AVSampleFormat ToNative(SampleFormat format)
    {
        using var name = new NativeText(Array.Find(s_samples, pair => pair.Ours == format).Name ?? "none");
        return av_get_sample_fmt(name);
    }

    /// <summary>Returns FFmpeg's pixel format with a name; null if there is none, or it differs from this library's format.</summary>
    public static AVPixelFormat? TryPixelFormat(string? name, PixelFormat ours)
    {
        using var native = new NativeText(name);
        var format = name is null ? AVPixelFormat.AV_PIX_FMT_NONE : av_get_pix_fmt(native);
        return format != AVPixelFormat.AV_PIX_FMT_NONE && ToPixelFormat(format, out _) == ours ? format : null;
    }

    /// <summary>Returns FFmpeg's sample format with a name; null if there is none, or it differs from this library's format.</summary>
    public static AVSampleFormat? TrySampleFormat(string? name, SampleFormat ours)
    {
        using var native = new NativeText(name);
        var format = name is null ? AVSampleFormat.AV_SAMPLE_FMT_NONE : av_get_sample_fmt(native);
        return format != AVSampleFormat.AV_SAMPLE_FMT_NONE && ToSampleFormat(format) == ours ? format : null;
    }

    /// <summary>Returns the order of fields as two letters, or "progressive"; null if not known.</summary>
    public static string? ToFieldOrder(AVFieldOrder order) => Array.Find(s_fieldOrders, pair => pair.Native == order).Name;

    /// <summary>Returns FFmpeg's order of fields; unknown for null.</summary>
    public static AVFieldOrder ToNativeFieldOrder(string? name) => Array.Find(s_fieldOrders, pair => pair.Name == name).Native;

    /// <summary>Returns the position of chroma samples; null if not known.</summary>
    public static string? ToChromaLocation(AVChromaLocation location) =>
        NativeText.Read(av_chroma_location_name(location)) is { } name && name != Unspecified ? name : null;

    /// <summary>Returns FFmpeg's position of chroma samples; unspecified for null and for unknown names.</summary>
    public static AVChromaLocation ToNativeChromaLocation(string? name)
    {
        using var native = new NativeText(name);
        return name is not null && av_chroma_location_from_name(native) is var location and > 0
            ? (AVChromaLocation)location
            : AVChromaLocation.AVCHROMA_LOC_UNSPECIFIED;
    }

    /// <summary>Returns this library's channel layout. One or two channels without positions become mono and stereo.</summary>
    public static ChannelLayout ToLayout(ref AVChannelLayout layout)
    {
        if (layout.order != AVChannelOrder.AV_CHANNEL_ORDER_UNSPEC || layout.nb_channels is not (1 or 2))
        {
            return new ChannelLayout(Describe(ref layout), layout.nb_channels);
        }

        AVChannelLayout usual;
        av_channel_layout_default(&usual, layout.nb_channels);
        return new ChannelLayout(Describe(ref usual), layout.nb_channels);
    }

    /// <summary>Returns FFmpeg's description of a channel layout, from which it can be restored.</summary>
    public static string Describe(ref AVChannelLayout layout)
    {
        const int longest = 256;
        var text = stackalloc byte[longest];
        fixed (AVChannelLayout* given = &layout)
        {
            av_channel_layout_describe(given, text, longest).ThrowIfError("Describing a channel layout");
            return Marshal.PtrToStringUTF8((nint)text)!;
        }
    }

    /// <summary>
    /// Writes a channel layout from FFmpeg's description; false if there is none, or it differs from this library's layout.
    /// </summary>
    public static bool TryWriteLayout(string? described, ChannelLayout ours, ref AVChannelLayout target)
    {
        using var name = new NativeText(described);
        fixed (AVChannelLayout* written = &target)
        {
            av_channel_layout_uninit(written);
            return described is not null && av_channel_layout_from_string(written, name) >= 0 && ToLayout(ref target) == ours;
        }
    }

    /// <summary>Writes a channel layout into <paramref name="target"/>, and replaces its content.</summary>
    /// <exception cref="FFmpegException">FFmpeg has no layout with that name.</exception>
    public static void WriteLayout(ChannelLayout layout, ref AVChannelLayout target)
    {
        using var name = new NativeText(layout.Name);
        fixed (AVChannelLayout* written = &target)
        {
            av_channel_layout_uninit(written);
            av_channel_layout_from_string(written, name).ThrowIfError($"Using the channel layout '{layout.Name}'");
        }
    }

    /// <summary>Returns the meaning of a picture's numbers as colour; a property that is not declared is null.</summary>
    public static ColorDescription ToColor(AVColorRange range, AVColorPrimaries primaries, AVColorTransferCharacteristic transfer, AVColorSpace matrix) =>
        new(
            Stated(av_color_range_name(range)),
            Stated(av_color_primaries_name(primaries)),
            Stated(av_color_transfer_name(transfer)),
            Stated(av_color_space_name(matrix)));

    /// <summary>Returns FFmpeg's values for a colour description; null and unknown names become "unspecified".</summary>
    public static (AVColorRange Range, AVColorPrimaries Primaries, AVColorTransferCharacteristic Transfer, AVColorSpace Matrix) ToNative(ColorDescription color)
    {
        using NativeText range = new(color.Range), primaries = new(color.Primaries), transfer = new(color.Transfer), matrix = new(color.Matrix);
        return (
            color.Range is not null && av_color_range_from_name(range) is var r and > 0 ? (AVColorRange)r : AVColorRange.AVCOL_RANGE_UNSPECIFIED,
            color.Primaries is not null && av_color_primaries_from_name(primaries) is var p and > 0 ? (AVColorPrimaries)p : AVColorPrimaries.AVCOL_PRI_UNSPECIFIED,
            color.Transfer is not null && av_color_transfer_from_name(transfer) is var t and > 0
                ? (AVColorTransferCharacteristic)t
                : AVColorTransferCharacteristic.AVCOL_TRC_UNSPECIFIED,
            // Zero means RGB in FFmpeg, so it counts as found.
            color.Matrix is not null && av_color_space_from_name(matrix) is var m and >= 0 ? (AVColorSpace)m : AVColorSpace.AVCOL_SPC_UNSPECIFIED);
    }

    private static string? Stated(byte* name) => NativeText.Read(name) is { } text && text is not ("unknown" or "reserved") ? text : null;
}
