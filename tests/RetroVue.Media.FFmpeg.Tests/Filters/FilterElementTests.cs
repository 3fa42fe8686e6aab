using RetroVue.Media.FFmpeg.Filters;
using RetroVue.Media.FFmpeg.Tests.Codecs;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Filters;

[LeakCheck]
public sealed class FilterElementTests
{
    [Test]
    public void Filter_that_makes_no_pictures_keeps_times_to_the_nanosecond()
    {
        var rate = new Rational(24000, 1001);
        using var filtered = Recording.Of(VideoCodingTests.Source(rate, 50, 123_456), new FilterElement("filter", "scale=320:180,format=yuv420p"));
        Assert.That(filtered.Numbers(), Is.EqualTo(Enumerable.Range(123_456, 50)));
        Assert.That(filtered.Pts, Is.EqualTo(Enumerable.Range(123_456, 50).Select(n => ClockTime.FromUnits(n, rate.Inverse))));
        Assert.That(((VideoFormat)filtered.Format).Width, Is.EqualTo(320));
    }

    [Test]
    public void Frame_rate_filter_puts_pictures_on_its_grid()
    {
        using var filtered = Recording.Of(VideoCodingTests.Source(new Rational(30, 1), 60, 0), new FilterElement("filter", "fps=25"));
        Assert.That(((VideoFormat)filtered.Format).FrameRate, Is.EqualTo(new Rational(25, 1)));
        Assert.That(filtered.Pts, Is.EqualTo(Enumerable.Range(0, 50).Select(n => ClockTime.FromMilliseconds(40 * n))));
        var numbers = filtered.Numbers();
        Assert.That(numbers, Is.Ordered.And.Unique);
        // The picture nearest in time: at most half a picture of the source away.
        Assert.That(numbers.Select((number, n) => Math.Abs((number / 30.0) - (n / 25.0))).Max(), Is.LessThanOrEqualTo(0.5 / 30 + 1e-9));
    }

    [Test]
    public void Deinterlacer_takes_interlaced_pictures()
    {
        using var raw = Recording.Of(VideoCodingTests.Source(new Rational(25, 1), 10, 0));
        var script = raw.Script().Select(item => item is FormatChanged changed
            ? new FormatChanged((VideoFormat)changed.Format with { Interlacing = Interlacing.TopFieldFirst })
            : item);
        using var filtered = Recording.Of(new ScriptedSource(script), new FilterElement("filter", "yadif=mode=send_field"));
        Assert.That(filtered.Buffers, Has.Count.EqualTo(20));
        Assert.That(filtered.Pts, Is.EqualTo(Enumerable.Range(0, 20).Select(n => ClockTime.FromMilliseconds(20 * n))));
    }

    [Test]
    public void Unknown_filter_is_named()
    {
        var exception = Assert.Catch(() => Recording.Of(VideoCodingTests.Source(new Rational(25, 1), 1, 0), new FilterElement("filter", "nosuchfilter")).Dispose());
        Assert.That(exception!.Message, Does.Contain("nosuchfilter"));
    }
}
