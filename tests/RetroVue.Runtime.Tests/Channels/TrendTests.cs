namespace RetroVue.Runtime.Tests.Channels;

public sealed class TrendTests
{
    /// <summary>
    /// The most kilobytes that simulated viewers hold at a moment. A sample is taken every five seconds, from minute 5 to minute 30.
    /// </summary>
    private const double MostHeld = 6 * 1024;

    [Test]
    public void Growth_of_noise_alone_is_within_the_bound_of_the_soak() =>
        Assert.That(Slopes(leak: 0), Is.All.InRange(-StationSoakTests.MostHeapPerMinute, StationSoakTests.MostHeapPerMinute));

    [Test]
    public void Two_kilobytes_a_visit_are_found_under_the_noise_of_the_visitors() =>
        Assert.That(Slopes(leak: 2 * StationSoakTests.VisitsPerMinute), Is.All.GreaterThan(StationSoakTests.MostHeapPerMinute));

    [Test]
    public void Steady_growth_is_told_exactly()
    {
        IEnumerable<(double, double)> line = Enumerable.Range(1, 300).Select(n => (n / 12.0, 7 + (n / 12.0 * 3)));
        // The value rises, so the least value of each minute is its first one. All minutes take it at the same place, so the result is
        // exact.
        Assert.That(Trend.PerMinute(line), Is.EqualTo(3).Within(1e-9));
    }

    private static IEnumerable<double> Slopes(double leak) => Enumerable.Range(0, 500).Select(seed =>
    {
        var random = new Random(seed);
        return Trend.PerMinute(Enumerable.Range(1, 300).Select(n => (Minute: 5 + (n / 12.0), Value: (random.NextDouble() * MostHeld) + (leak * n / 12.0))));
    });
}
