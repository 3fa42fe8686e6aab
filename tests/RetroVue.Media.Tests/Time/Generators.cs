using FsCheck;
using FsCheck.Fluent;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Time;

/// <summary>Generates values from the whole range. Edges and small values are as likely as the rest.</summary>
internal static class Generators
{
    public static Gen<long> Longs() => Gen.OneOf(
        Gen.Elements(0, 1, -1, long.MaxValue, long.MaxValue - 1, -long.MaxValue, 1_000_000_000, -1_000_000_000, 1L << 32, 1L << 62),
        Bits(),
        // The shift makes numbers of every length, not only long ones.
        from bits in Bits() from shift in Gen.Choose(0, 63) select Math.Max(bits >> shift, -long.MaxValue));

    public static Gen<int> Ints() => Gen.OneOf(Gen.Choose(int.MinValue, int.MaxValue), Gen.Choose(-1000, 1000), Gen.Elements(int.MinValue, int.MaxValue));

    public static Gen<int> PositiveInts() => Gen.OneOf(Gen.Choose(1, int.MaxValue), Gen.Choose(1, 100_000), Gen.Elements(1, 1001, 90_000, int.MaxValue));

    public static Gen<ClockTime> Times() => Longs().Select(ClockTime.FromNanoseconds);

    public static Gen<ClockTime> TimesOrNone() => Gen.Frequency((4, Times()), (1, Gen.Constant(ClockTime.None)));

    public static Gen<Rational> TimeBases() => Gen.OneOf(
        Gen.Elements(new Rational(1, 90_000), new Rational(1001, 30_000), new Rational(1001, 24_000), new Rational(1, 25), new Rational(1, 44_100), new Rational(1, 1)),
        from numerator in PositiveInts() from denominator in PositiveInts() select new Rational(numerator, denominator));

    private static Gen<long> Bits() =>
        from high in Gen.Choose(int.MinValue, int.MaxValue)
        from low in Gen.Choose(int.MinValue, int.MaxValue)
        let value = (long)high << 32 | (uint)low
        select value == long.MinValue ? 0 : value;
}
