using RetroVue.Media.Devices.Interop.PipeWire;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using static RetroVue.Media.Devices.Interop.PipeWire.rv_pw_format;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>Converts between this library's formats and the bridge's.</summary>
internal static class PipeWireFormats
{
    // In the order of preference if a source accepts any format: those that need the least later work come first.
    private static readonly (rv_pw_format Theirs, PixelFormat Ours, string Name)[] s_pixels =
    [
        (RV_PW_I420, PixelFormat.Yuv420P, "I420"), (RV_PW_NV12, PixelFormat.Nv12, "NV12"), (RV_PW_YUY2, PixelFormat.Yuyv422, "YUY2"),
        (RV_PW_UYVY, PixelFormat.Uyvy422, "UYVY"), (RV_PW_BGRX, PixelFormat.Bgra, "BGRx"), (RV_PW_RGBX, PixelFormat.Rgba, "RGBx"),
        (RV_PW_BGRA, PixelFormat.Bgra, "BGRA"), (RV_PW_RGBA, PixelFormat.Rgba, "RGBA"), (RV_PW_RGB, PixelFormat.Rgb24, "RGB"),
        (RV_PW_BGR, PixelFormat.Bgr24, "BGR"), (RV_PW_GRAY8, PixelFormat.Gray8, "GRAY8"),
    ];

    private static readonly (rv_pw_format Theirs, SampleFormat Ours)[] s_samples =
    [
        (RV_PW_F32, SampleFormat.F32), (RV_PW_S32, SampleFormat.S32), (RV_PW_S16, SampleFormat.S16),
    ];

    /// <summary>Returns the bridge's formats for this library's, in the same order; all formats if none is requested.</summary>
    public static IEnumerable<rv_pw_format> ToNative(IReadOnlyList<PixelFormat> wishes) => wishes.Count == 0
        ? s_pixels.Select(entry => entry.Theirs)
        : wishes.SelectMany(wish => s_pixels.Where(entry => entry.Ours == wish).Select(entry => entry.Theirs));

    /// <summary>Returns the bridge's formats for this library's, in the same order; all formats if none is requested.</summary>
    public static IEnumerable<rv_pw_format> ToNative(IReadOnlyList<SampleFormat> wishes) => wishes.Count == 0
        ? s_samples.Select(entry => entry.Theirs)
        : wishes.SelectMany(wish => s_samples.Where(entry => entry.Ours == wish).Select(entry => entry.Theirs));

    public static PixelFormat ToPixelFormat(int format) => Array.Find(s_pixels, entry => (int)entry.Theirs == format).Ours;

    public static SampleFormat ToSampleFormat(int format) => Array.Find(s_samples, entry => (int)entry.Theirs == format).Ours;

    /// <summary>Returns PipeWire's name of a picture format.</summary>
    public static string NameOf(int format) => Array.Find(s_pixels, entry => (int)entry.Theirs == format).Name ?? "?";

    /// <summary>Converts a rate to a ratio; 0/1 if it is not known or too large.</summary>
    public static Rational ToRational(rv_pw_rational value) =>
        value.den is > 0 and <= int.MaxValue && value.num is > 0 and <= int.MaxValue
            ? new Rational((int)value.num, (int)value.den).Reduce()
            : new Rational(0, 1);
}
