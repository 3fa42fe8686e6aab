using System.Numerics;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Corpus;

/// <summary>An exact time in seconds, with which rounded times are compared.</summary>
internal readonly record struct Ratio(BigInteger Numerator, BigInteger Denominator)
{
    public static Ratio Of(long ticks, Rational timeBase) => new((BigInteger)ticks * timeBase.Numerator, timeBase.Denominator);

    public static Ratio operator +(Ratio a, Ratio b) => new((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    public static Ratio operator -(Ratio a, Ratio b) => a + new Ratio(-b.Numerator, b.Denominator);

    /// <summary>Returns the difference between a number of ticks and this time, in ticks.</summary>
    public double DistanceInTicks(long ticks, Rational timeBase)
    {
        var difference = this - Of(ticks, timeBase);
        return (double)(difference.Numerator * timeBase.Denominator * 1_000_000 / (difference.Denominator * timeBase.Numerator)) / 1e6;
    }
}
