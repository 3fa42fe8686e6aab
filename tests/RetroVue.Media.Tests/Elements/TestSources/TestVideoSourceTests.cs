using RetroVue.Media.Clocks;
using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Tests.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.TestSources;

public sealed class TestVideoSourceTests
{
    private static readonly Rational s_ntsc = new(30000, 1001);

    [Test]
    public void Frames_carry_their_number_and_exact_time()
    {
        long expected = 0;
        CollectingSink sink = RunSimulated(
            new TestVideoOptions { FrameRate = s_ntsc, Count = 300 },
            (buffer, _) =>
            {
                Assert.That(buffer.Sequence, Is.EqualTo(expected));
                Assert.That(buffer.Pts, Is.EqualTo(ClockTime.FromUnits(expected, s_ntsc.Inverse)));
                Assert.That(buffer.End, Is.EqualTo(ClockTime.FromUnits(expected + 1, s_ntsc.Inverse)));
                Assert.That(NumberIn(buffer), Is.EqualTo(expected++));
            });
        Assert.That(sink.Count, Is.EqualTo(300));
        Assert.That(sink.Events.Select(mediaEvent => mediaEvent.GetType()), Is.EqualTo(new[] { typeof(FormatChanged), typeof(Segment), typeof(EndOfStream) }));
    }

    [Test]
    public void Start_frame_months_in_counts_pts_from_frame_zero_and_running_time_from_the_start()
    {
        const long start = 100L * 86_400 * 30;
        long expected = start;
        RunSimulated(
            new TestVideoOptions { FrameRate = s_ntsc, StartFrame = start, Count = 60, IsLive = true },
            (buffer, pipeline) =>
            {
                ClockTime pts = ClockTime.FromUnits(expected, s_ntsc.Inverse);
                Assert.That(buffer.Pts, Is.EqualTo(pts));
                Assert.That(NumberIn(buffer), Is.EqualTo(expected++));
                Assert.That(pipeline.RunningTime, Is.EqualTo(pts - ClockTime.FromUnits(start, s_ntsc.Inverse)));
            });
        Assert.That(expected, Is.EqualTo(start + 60));
    }

    [Test]
    public void Live_frames_pass_at_their_running_time_and_fast_ones_at_once()
    {
        // Simulated time jumps to each deadline, so live frames are on time to the nanosecond.
        RunSimulated(new TestVideoOptions { Count = 100, IsLive = true }, (buffer, pipeline) => Assert.That(pipeline.RunningTime, Is.EqualTo(buffer.Pts)));
        RunSimulated(new TestVideoOptions { Count = 100 }, (_, pipeline) => Assert.That(pipeline.RunningTime, Is.EqualTo(ClockTime.Zero)));
    }

    [TestCase(25, 1)]
    [TestCase(30000, 1001)]
    [TestCase(24000, 1001)]
    public void Square_flashes_on_the_first_frame_of_each_second_only(int numerator, int denominator)
    {
        var rate = new Rational(numerator, denominator);
        long second = -1;
        RunSimulated(
            new TestVideoOptions { FrameRate = rate, Count = 150 },
            (buffer, _) =>
            {
                long now = (long)((Int128)buffer.Sequence * denominator / numerator);
                // The middle of the square. The square goes from 83 to 95 % across and from 8 to 34 % down.
                byte middle = buffer.Memory.Plane(0)[(360 * 21 / 100 * buffer.Memory.Stride(0)) + (640 * 89 / 100)];
                Assert.That(middle, Is.EqualTo(now > second ? 235 : 16), $"frame {buffer.Sequence}");
                second = now;
            });
    }

    [Test]
    public void Bar_moves_from_frame_to_frame_and_digits_change()
    {
        byte[] last = [];
        RunSimulated(
            new TestVideoOptions { Count = 10 },
            (buffer, _) =>
            {
                byte[] luma = buffer.Memory.Plane(0).ToArray();
                if (last.Length > 0)
                {
                    int stride = buffer.Memory.Stride(0);
                    Assert.That(luma.AsSpan(200 * stride, 640).SequenceEqual(last.AsSpan(200 * stride, 640)), Is.False, "sweep");
                    Assert.That(luma.AsSpan(28 * stride, 50 * stride).SequenceEqual(last.AsSpan(28 * stride, 50 * stride)), Is.False, "time");
                    Assert.That(luma.AsSpan(93 * stride, 35 * stride).SequenceEqual(last.AsSpan(93 * stride, 35 * stride)), Is.False, "number");
                }

                last = luma;
            });
    }

    [Test]
    public void Same_number_gives_the_same_picture()
    {
        byte[] first = [], second = [];
        RunSimulated(new TestVideoOptions { Count = 76 }, (buffer, _) => first = buffer.Memory.Plane(0).ToArray());
        RunSimulated(new TestVideoOptions { StartFrame = 75, Count = 1 }, (buffer, _) => second = buffer.Memory.Plane(0).ToArray());
        Assert.That(first.AsSpan().SequenceEqual(second), Is.True);
    }

    [TestCase(96, 48)]
    [TestCase(1920, 1080)]
    [TestCase(702, 574)]
    public void Any_even_size_is_drawn_and_read(int width, int height)
    {
        CollectingSink sink = RunSimulated(
            new TestVideoOptions { Width = width, Height = height, Count = 60 },
            (buffer, _) =>
            {
                Assert.That(FrameBlocks.TryRead(buffer.Memory.Plane(0), buffer.Memory.Stride(0), width, height, out long number), Is.True);
                Assert.That(number, Is.EqualTo(buffer.Sequence));
            });
        Assert.That(sink.Count, Is.EqualTo(60));
        var format = (VideoFormat)sink.Events.OfType<FormatChanged>().Single().Format;
        Assert.That((format.Width, format.Height), Is.EqualTo((width, height)));
    }

    [TestCase(641, 360)]
    [TestCase(640, 361)]
    [TestCase(64, 360)]
    public void Size_that_cannot_be_drawn_throws(int width, int height) =>
        Assert.That(() => new TestVideoSource("video", new TestVideoOptions { Width = width, Height = height }), Throws.ArgumentException.With.Message.Contains($"{width}x{height}"));

    [Test]
    public void Steady_state_allocates_nothing()
    {
        long before = 0, after = 0;
        RunSimulated(
            new TestVideoOptions { Count = 400 },
            (buffer, _) =>
            {
                if (buffer.Sequence == 100)
                {
                    before = GC.GetAllocatedBytesForCurrentThread();
                }

                after = GC.GetAllocatedBytesForCurrentThread();
            });
        // The simulated executor runs on this thread, so all work of the source is counted.
        Assert.That(after - before, Is.Zero);
    }

    private static long NumberIn(MediaBuffer buffer) =>
        FrameBlocks.TryRead(buffer.Memory.Plane(0), buffer.Memory.Stride(0), 640, 360, out long number) ? number : -1;

    private static CollectingSink RunSimulated(TestVideoOptions options, Action<MediaBuffer, Pipeline> onFrame)
    {
        var executor = new SimulatedExecutor(ClockTime.FromSeconds(1000));
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        TestVideoSource source = pipeline.Add(new TestVideoSource("video", options));
        CollectingSink sink = pipeline.Add(new CollectingSink("sink", buffer => onFrame(buffer, pipeline)));
        pipeline.Link(source, sink);
        executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(2000));
        return sink;
    }
}
