using RetroVue.Media.Time;

namespace RetroVue.Media.Tests;

public sealed class RationalTests
{
    [Test]
    public void Reduce_common_factor_gives_lowest_terms() =>
        Assert.That(new Rational(3600, 90000).Reduce(), Is.EqualTo(new Rational(1, 25)));
}
