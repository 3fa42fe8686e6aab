using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>One item of a transcoded channel follows another.</summary>
public sealed class TranscodedSpliceTests
{
    private static readonly int[] s_rates = [1, 2, 4, 5, 8, 10, 12, 20, 25];

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public void Next_item_begins_in_time_at_any_rate_whenever_the_channel_was_joined() => RandomCases.Run(12, Run);

    [Test]
    [Category("Soak")]
    public void Ten_thousand_next_items_begin_in_time() => RandomCases.Run(10_000, Run);

    private static void Run(Random random)
    {
        const int length = 10;
        int rate = s_rates[random.Next(s_rates.Length)];
        double join = Math.Round(random.NextDouble() * 25, 3);
        string file = TestFiles.MakeAsync(new Rational(rate, 1), length * rate).GetAwaiter().GetResult();
        using var log = new RecordedLog();
        var aired = new NumberedChannel(
            Instant.FromUtc(2026, 3, 29, 0, 0), ProfileMode.Transcode, [.. Enumerable.Repeat((file, (double)length), 4)], log, rate: rate);
        aired.Watch(until: 38, join: join);
        aired.EndAsync().GetAwaiter().GetResult();
        string what = FormattableString.Invariant($"{rate} a second, joined at {join}: {aired}");
        double first = Math.Ceiling((join + 1.5) * rate) / rate;
        for (int item = (int)(first / length); item < 4; item++)
        {
            double from = Math.Max(first, item * length), to = Math.Min((item + 1) * length, 35);
            aired.AssertEach(from, to, (time, number) => number == Math.Round((time - (item * length)) * rate), what);
        }

        Assert.That(log.Lines, Is.Empty, what);
    }
}
