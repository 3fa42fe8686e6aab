using System.Numerics;
using FsCheck.Fluent;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Time;

public sealed class RationalTests
{
    [Test]
    public void Reduce_gives_lowest_terms_of_the_same_value() =>
        Property.Check(
            from numerator in Generators.Ints()
            from denominator in Generators.PositiveInts()
            select new Rational(numerator, denominator),
            ratio =>
            {
                Rational reduced = ratio.Reduce();
                return reduced.CompareTo(ratio) == 0
                    && BigInteger.GreatestCommonDivisor(reduced.Numerator, reduced.Denominator) == 1
                    && reduced.Denominator > 0;
            });

    [Test]
    public void Comparison_is_by_exact_value() =>
        Property.Check(
            from a in Generators.Ints()
            from b in Generators.PositiveInts()
            from c in Generators.Ints()
            from d in Generators.PositiveInts()
            select (Left: new Rational(a, b), Right: new Rational(c, d)),
            pair =>
            {
                int expected = ((BigInteger)pair.Left.Numerator * pair.Right.Denominator).CompareTo((BigInteger)pair.Right.Numerator * pair.Left.Denominator);
                return Math.Sign(pair.Left.CompareTo(pair.Right)) == Math.Sign(expected)
                    && pair.Left < pair.Right == expected < 0
                    && pair.Left > pair.Right == expected > 0
                    && pair.Left <= pair.Right == expected <= 0
                    && pair.Left >= pair.Right == expected >= 0;
            });

    [Test]
    public void Equality_is_by_terms_so_time_bases_stay_apart()
    {
        Assert.That(new Rational(1, 2), Is.Not.EqualTo(new Rational(2, 4)));
        Assert.That(new Rational(1, 2).CompareTo(new Rational(2, 4)), Is.Zero);
    }

    [Test]
    public void Inverse_swaps_terms_and_throws_where_not_positive()
    {
        Assert.That(new Rational(30000, 1001).Inverse, Is.EqualTo(new Rational(1001, 30000)));
        Assert.That(() => new Rational(0, 1).Inverse, Throws.InvalidOperationException);
        Assert.That(() => new Rational(-1, 25).Inverse, Throws.InvalidOperationException);
        Assert.That(() => default(Rational).Inverse, Throws.InvalidOperationException);
    }

    [TestCase(1, 0, false)]
    [TestCase(0, 1, false)]
    [TestCase(-1, 25, false)]
    [TestCase(1, -25, false)]
    [TestCase(1, 25, true)]
    public void Ratio_is_positive_if_both_terms_are(int numerator, int denominator, bool isPositive) =>
        Assert.That(new Rational(numerator, denominator).IsPositive, Is.EqualTo(isPositive));

    [Test]
    public void ToDouble_is_the_quotient() => Assert.That(new Rational(3, 2).ToDouble(), Is.EqualTo(1.5));

    [Test]
    public void Inverse_that_does_not_exist_names_the_ratio() =>
        Assert.That(() => new Rational(-1, 25).Inverse, Throws.InvalidOperationException.With.Message.Contains("-1/25"));

    [Test]
    public void Default_is_not_a_ratio()
    {
        Assert.That(default(Rational).IsValid, Is.False);
        Assert.That(default(Rational).Reduce(), Is.EqualTo(default(Rational)));
        Assert.That(new Rational(int.MinValue, 2).Reduce(), Is.EqualTo(new Rational(int.MinValue / 2, 1)));
    }

    [Test]
    public void Text_is_numerator_slash_denominator() => Assert.That(new Rational(30000, 1001).ToString(), Is.EqualTo("30000/1001"));
}
