using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>Between FFmpeg's small structs and ours.</summary>
internal static class NativeConversions
{
    /// <summary>The same ratio, not reduced.</summary>
    public static Rational ToRational(this AVRational value) => new(value.num, value.den);

    /// <summary>The same ratio, not reduced.</summary>
    public static AVRational ToNative(this Rational value) => new() { num = value.Numerator, den = value.Denominator };
}
