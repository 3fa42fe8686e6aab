using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>Converts between FFmpeg's small structs and this library's types.</summary>
internal static class NativeConversions
{
    /// <summary>Returns the same ratio, not reduced.</summary>
    public static Rational ToRational(this AVRational value) => new(value.num, value.den);

    /// <summary>Returns the same ratio, not reduced.</summary>
    public static AVRational ToNative(this Rational value) => new() { num = value.Numerator, den = value.Denominator };
}
