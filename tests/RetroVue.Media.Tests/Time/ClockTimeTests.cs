using System.Globalization;
using System.Numerics;
using FsCheck.Fluent;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Time;

public sealed class ClockTimeTests
{
    private static readonly BigInteger s_largest = long.MaxValue;

    [Test]
    public void FromUnits_equals_the_exact_value_rounded_once() =>
        Property.Check(
            from units in Generators.Longs() from timeBase in Generators.TimeBases() select (Units: units, TimeBase: timeBase),
            input => ClockTime.FromUnits(input.Units, input.TimeBase).Nanoseconds
                == Saturated(Rounded((BigInteger)input.Units * 1_000_000_000 * input.TimeBase.Numerator, input.TimeBase.Denominator)));

    [Test]
    public void ToUnits_equals_the_exact_value_rounded_once() =>
        Property.Check(
            from time in Generators.Times() from timeBase in Generators.TimeBases() select (Time: time, TimeBase: timeBase),
            input => input.Time.ToUnits(input.TimeBase)
                == Saturated(Rounded((BigInteger)input.Time.Nanoseconds * input.TimeBase.Denominator, (BigInteger)1_000_000_000 * input.TimeBase.Numerator)));

    [Test]
    public void NextMultiple_is_the_first_multiple_after_a_time() =>
        Property.Check(
            from time in Generators.Times()
            from interval in Generators.Longs().Where(length => length > 0)
            select (Time: time, Interval: interval),
            input => input.Time.NextMultiple(ClockTime.FromNanoseconds(input.Interval)).Nanoseconds
                == Saturated(((BigInteger)input.Time.Nanoseconds / input.Interval
                    + (input.Time.Nanoseconds < 0 && input.Time.Nanoseconds % input.Interval != 0 ? 0 : 1)) * input.Interval));

    [Test]
    public void NextMultiple_refuses_an_interval_that_is_not_positive([Values(0, -1, long.MinValue)] long nanoseconds) =>
        Assert.That(
            () => ClockTime.Zero.NextMultiple(ClockTime.FromNanoseconds(nanoseconds)),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("interval"));

    [Test]
    public void NextMultiple_of_none_is_none() =>
        Assert.That(ClockTime.None.NextMultiple(ClockTime.FromSeconds(1)).IsNone, Is.True);

    [Test]
    public void ToTicks_differs_from_ToUnits_only_at_the_middle_and_away_from_zero() =>
        Property.Check(
            from time in Generators.Times() from timeBase in Generators.TimeBases() select (Time: time, TimeBase: timeBase),
            input =>
            {
                BigInteger numerator = BigInteger.Abs(input.Time.Nanoseconds) * input.TimeBase.Denominator;
                BigInteger tick = (BigInteger)1_000_000_000 * input.TimeBase.Numerator;
                // The exact value may lie up to half a nanosecond later than the rounded time. The computation is in half nanoseconds.
                BigInteger whole = BigInteger.DivRem(numerator, tick, out BigInteger rest);
                // Half a nanosecond is half of the denominator here.
                BigInteger expected = !rest.IsZero && (2 * rest) + input.TimeBase.Denominator >= tick ? whole + 1 : whole;
                return input.Time.ToTicks(input.TimeBase) == Saturated(input.Time.Nanoseconds < 0 ? -expected : expected);
            });

    [TestCase(30_000, 1001)]
    [TestCase(24_000, 1001)]
    [TestCase(25, 1)]
    [TestCase(44_100, 1024)]
    public void Ticks_of_every_frame_of_thirty_days_equal_the_exact_value_rounded_once(int numerator, int denominator)
    {
        var timeBase = new Rational(denominator, numerator);
        var ticks = new Rational(1, 90_000);
        long frames = 30L * 86_400 * numerator / denominator;
        long wrong = 0;
        for (long n = 0; n <= frames; n++)
        {
            // The result is n * den / num seconds in ticks of 1/90000, with halves rounded away from zero. All terms fit 64 bits.
            long exact = ((2 * n * denominator * 90_000) + numerator) / (2L * numerator);
            wrong += ClockTime.FromUnits(n, timeBase).ToTicks(ticks) == exact ? 0 : 1;
        }

        Assert.That(wrong, Is.Zero);
    }

    [Test]
    public void Ticks_around_every_33_bit_wrap_of_a_year_and_before_zero_are_exact()
    {
        foreach ((int numerator, int denominator) in new[] { (30_000, 1001), (24_000, 1001), (44_100, 1) })
        {
            for (int wrap = -3; wrap <= 330; wrap++)
            {
                long nearest = (long)((Int128)wrap * (1L << 33) * numerator / (90_000L * denominator));
                for (long n = nearest - 20; n <= nearest + 20; n++)
                {
                    BigInteger exact = Rounded((BigInteger)n * denominator * 90_000, numerator);
                    Assert.That(ClockTime.FromUnits(n, new Rational(denominator, numerator)).ToTicks(new Rational(1, 90_000)), Is.EqualTo((long)exact));
                }
            }
        }
    }

    [Test]
    public void Sum_and_difference_saturate_and_are_never_none() =>
        Property.Check(
            from left in Generators.Times() from right in Generators.Times() select (Left: left, Right: right),
            input => (input.Left + input.Right).Nanoseconds == Saturated((BigInteger)input.Left.Nanoseconds + input.Right.Nanoseconds)
                && (input.Left - input.Right).Nanoseconds == Saturated((BigInteger)input.Left.Nanoseconds - input.Right.Nanoseconds));

    [Test]
    public void Product_and_quotient_saturate_and_are_never_none() =>
        Property.Check(
            from time in Generators.Times() from factor in Gen.OneOf(Generators.Longs(), Gen.Constant(long.MinValue)) select (Time: time, Factor: factor),
            input => (input.Time * input.Factor).Nanoseconds == Saturated((BigInteger)input.Time.Nanoseconds * input.Factor)
                && (input.Factor == 0
                    || (input.Time / input.Factor).Nanoseconds
                        == Saturated(Rounded((BigInteger)input.Time.Nanoseconds * Math.Sign(input.Factor), BigInteger.Abs(input.Factor)))));

    [Test]
    public void Division_by_zero_throws() => Assert.That(() => ClockTime.Zero / 0, Throws.TypeOf<DivideByZeroException>());

    [Test]
    public void Abs_min_and_max_follow_the_numbers() =>
        Property.Check(
            from left in Generators.Times() from right in Generators.Times() select (Left: left, Right: right),
            input => input.Left.Abs().Nanoseconds == Math.Abs(input.Left.Nanoseconds)
                && ClockTime.Min(input.Left, input.Right).Nanoseconds == Math.Min(input.Left.Nanoseconds, input.Right.Nanoseconds)
                && ClockTime.Max(input.Left, input.Right).Nanoseconds == Math.Max(input.Left.Nanoseconds, input.Right.Nanoseconds));

    [TestCase(976_562L, 1L)]
    [TestCase(976_561L, 0L)]
    [TestCase(-976_562L, -1L)]
    [TestCase(-976_561L, 0L)]
    [TestCase(19_531_250_000_976_562L, 10_000_000_001L, Description = "The product of nanoseconds and ticks exceeds 64 bits.")]
    [TestCase(19_531_250_000_976_561L, 10_000_000_000L)]
    public void ToTicks_exactly_half_a_nanosecond_before_the_middle_counts_as_the_middle(long nanoseconds, long ticks) =>
        Assert.That(ClockTime.FromNanoseconds(nanoseconds).ToTicks(new Rational(1, 512)), Is.EqualTo(ticks));

    [Test]
    public void None_propagates_through_all_arithmetic() =>
        Property.Check(
            Generators.TimesOrNone(),
            time => (time + ClockTime.None).IsNone && (ClockTime.None + time).IsNone && (time - ClockTime.None).IsNone && (ClockTime.None - time).IsNone
                && (-ClockTime.None).IsNone && (ClockTime.None * 3).IsNone && (ClockTime.None / 3).IsNone && ClockTime.None.Abs().IsNone
                && ClockTime.Min(time, ClockTime.None).IsNone && ClockTime.Max(ClockTime.None, time).IsNone,
            200);

    [Test]
    public void Comparisons_follow_the_numbers_and_are_false_with_none() =>
        Property.Check(
            from left in Generators.TimesOrNone() from right in Gen.OneOf(Generators.TimesOrNone(), Gen.Constant(left)) select (Left: left, Right: right),
            input =>
            {
                (ClockTime left, ClockTime right) = input;
                bool both = !left.IsNone && !right.IsNone;
                return left < right == (both && left.Nanoseconds < right.Nanoseconds)
                    && left > right == (both && left.Nanoseconds > right.Nanoseconds)
                    && left <= right == (both && left.Nanoseconds <= right.Nanoseconds)
                    && left >= right == (both && left.Nanoseconds >= right.Nanoseconds)
                    && left == right == (left.Nanoseconds == right.Nanoseconds)
                    && Math.Sign(left.CompareTo(right)) == Math.Sign(left.Nanoseconds.CompareTo(right.Nanoseconds));
            });

    [Test]
    public void Text_is_seconds_with_nine_decimals() =>
        Property.Check(
            Generators.Times(),
            time =>
            {
                BigInteger value = BigInteger.Abs(time.Nanoseconds);
                string expected = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{(time.Nanoseconds < 0 ? "-" : "")}{value / 1_000_000_000}.{(long)(value % 1_000_000_000):D9}s");
                return time.ToString(null, null) == expected && expected.Length <= 22;
            });

    [Test]
    public void Text_of_known_values()
    {
        Assert.That(ClockTime.FromMilliseconds(1500).ToString(null, null), Is.EqualTo("1.500000000s"));
        Assert.That(ClockTime.FromNanoseconds(-1).ToString(null, null), Is.EqualTo("-0.000000001s"));
        Assert.That(ClockTime.None.ToString(null, null), Is.EqualTo("NONE"));
        Assert.That(ClockTime.MaxValue.TryFormat(new char[20], out int written, default, null), Is.False);
        Assert.That(ClockTime.None.TryFormat(new char[3], out written, default, null), Is.False);
        Assert.That(written, Is.Zero);
    }

    [Test]
    public void Factories_scale_and_saturate()
    {
        Assert.That(default(ClockTime), Is.EqualTo(ClockTime.Zero));
        Assert.That(ClockTime.FromSeconds(2).Nanoseconds, Is.EqualTo(2_000_000_000));
        Assert.That(ClockTime.FromMilliseconds(-2).Nanoseconds, Is.EqualTo(-2_000_000));
        Assert.That(ClockTime.FromMicroseconds(2).Nanoseconds, Is.EqualTo(2000));
        Assert.That(ClockTime.FromSeconds(long.MaxValue), Is.EqualTo(ClockTime.MaxValue));
        Assert.That(ClockTime.FromSeconds(long.MinValue), Is.EqualTo(-ClockTime.MaxValue));
        Assert.That(ClockTime.FromTimeSpan(TimeSpan.MinValue), Is.EqualTo(-ClockTime.MaxValue));
        Assert.That(ClockTime.FromNanoseconds(long.MinValue).IsNone, Is.True);
    }

    [Test]
    public void Time_span_round_trip_rounds_half_a_tick_away_from_zero()
    {
        Assert.That(ClockTime.FromTimeSpan(TimeSpan.FromTicks(-7)).Nanoseconds, Is.EqualTo(-700));
        Assert.That(ClockTime.FromNanoseconds(149).ToTimeSpan().Ticks, Is.EqualTo(1));
        Assert.That(ClockTime.FromNanoseconds(150).ToTimeSpan().Ticks, Is.EqualTo(2));
        Assert.That(ClockTime.FromNanoseconds(-150).ToTimeSpan().Ticks, Is.EqualTo(-2));
    }

    [Test]
    public void None_and_bad_time_bases_throw_where_a_number_is_needed()
    {
        Assert.That(() => ClockTime.None.ToUnits(new Rational(1, 25)), Throws.InvalidOperationException);
        Assert.That(() => ClockTime.None.ToTicks(new Rational(1, 25)), Throws.InvalidOperationException);
        Assert.That(() => ClockTime.None.ToTimeSpan(), Throws.InvalidOperationException);
        Assert.That(() => ClockTime.FromUnits(1, new Rational(0, 1)), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("positive"));
        Assert.That(() => ClockTime.Zero.ToUnits(default), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => ClockTime.Zero.ToTicks(default), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => ClockTime.Zero.ToTicks(new Rational(-1, 25)), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    /// <summary>Returns the quotient, with halves rounded away from zero; the divisor is positive.</summary>
    private static BigInteger Rounded(BigInteger value, BigInteger divisor)
    {
        BigInteger magnitude = ((2 * BigInteger.Abs(value)) + divisor) / (2 * divisor);
        return value.Sign < 0 ? -magnitude : magnitude;
    }

    private static long Saturated(BigInteger value) => (long)BigInteger.Min(BigInteger.Max(value, -s_largest), s_largest);
}
