using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Pipelines;

public sealed class SegmentTests
{
    [Test]
    public void Segment_without_start_or_offset_is_refused_before_any_element_counts_with_it()
    {
        Assert.Throws<ArgumentException>(() => _ = new Segment(ClockTime.None, ClockTime.None, ClockTime.Zero));
        Assert.Throws<ArgumentException>(() => _ = new Segment(ClockTime.Zero, ClockTime.None, ClockTime.None));
    }
}
