using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Interop;

public sealed class RepeatedLinesTests
{
    private readonly RepeatedLines _lines = new();
    private readonly List<(string Text, long Count)> _told = [];

    [SetUp]
    public void Forget()
    {
        _lines.TellAll(_ => { });
        _told.Clear();
    }

    [Test]
    public void First_line_of_each_kind_is_logged()
    {
        Assert.That(new[] { Say(1, 0), Say(2, 0), Say(1, 0), Say(1, 9.999) }, Is.EqualTo(new[] { true, true, false, false }));
        Assert.That(_lines.HasCounts, Is.True);
    }

    [Test]
    public void Flood_is_told_of_once_in_ten_seconds()
    {
        // 25 lines a second come for a minute, and the counts are looked at each time.
        for (int i = 0; i < 1500; i++)
        {
            double now = i / 25.0;
            _lines.TellOver(Seconds(now), Tell);
            Assert.That(Say(1, now), Is.EqualTo(i == 0));
        }

        // The counts are told from 10 s to 50 s. The 1500 lines are 1 + 249 + 4 × 250, and those after the last count.
        Assert.That(_told.Select(told => told.Count), Is.EqualTo(new[] { 249, 250, 250, 250, 250 }));
        _lines.TellAll(Tell);
        Assert.That(_told.Sum(told => told.Count), Is.EqualTo(1499));
        Assert.That(_told.Select(told => told.Text), Is.All.EqualTo("kind 1"));
    }

    [Test]
    public void Line_after_a_silence_is_logged_itself()
    {
        Say(1, 0);
        _lines.TellOver(Seconds(10), Tell);
        Assert.That(Say(1, 10), Is.True);
        Assert.That(_told, Is.Empty);
    }

    [Test]
    public void Count_is_told_when_its_time_is_over_and_not_before()
    {
        Say(1, 0);
        Say(1, 1);
        _lines.TellOver(Seconds(9.999), Tell);
        Assert.That((_told.Count, _lines.HasCounts), Is.EqualTo((0, true)));
        _lines.TellOver(Seconds(10), Tell);
        Assert.That(_told, Is.EqualTo(new[] { ("kind 1", 1L) }));
        Assert.That(_lines.HasCounts, Is.False);
    }

    [Test]
    public void Kinds_beyond_the_most_that_are_told_apart_count_as_one()
    {
        int logged = Enumerable.Range(1, 2 * RepeatedLines.MostKinds).Count(kind => Say((ulong)kind, 0));
        Assert.That(logged, Is.EqualTo(RepeatedLines.MostKinds + 1));
        _lines.TellOver(Seconds(10), Tell);
        Assert.That(_told.Single().Count, Is.EqualTo(RepeatedLines.MostKinds - 1));
        // The other kinds have been forgotten, so there is room again.
        Assert.That(Say(1, 10), Is.True);
    }

    private static ClockTime Seconds(double seconds) => ClockTime.FromMicroseconds((long)(seconds * 1e6));

    private bool Say(ulong kind, double now)
    {
        RepeatedLines.Kind? logged = _lines.Take(kind, Seconds(now));
        if (logged is not null)
        {
            logged.Text = FormattableString.Invariant($"kind {kind}");
        }

        return logged is not null;
    }

    private void Tell(RepeatedLines.Kind kind) => _told.Add((kind.Text, kind.Count));
}
