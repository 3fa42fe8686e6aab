using System.Runtime.InteropServices;
using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Tests.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.TestSources;

public sealed class TestToneSourceTests
{
    [TestCase(48_000)]
    [TestCase(44_100)]
    [TestCase(8000)]
    public void Beeps_begin_on_each_whole_second_to_the_sample(int rate)
    {
        var samples = new List<float>();
        Run(
            new TestToneOptions { SampleRate = rate, Duration = ClockTime.FromSeconds(5), SamplesPerBuffer = 1000 },
            (buffer, _) => samples.AddRange(MemoryMarshal.Cast<byte, float>(buffer.Memory.Plane(1))));
        Assert.That(samples, Has.Count.EqualTo(5 * rate));
        // The beep at sample 0 is not found, because it could have begun before.
        Assert.That(ToneBeeps.FindOnsets(CollectionsMarshal.AsSpan(samples), rate), Is.EqualTo(new[] { rate, 2 * rate, 3 * rate, 4 * rate }));
    }

    [Test]
    public void Start_in_the_middle_of_a_second_keeps_the_beep_on_the_second()
    {
        var samples = new List<float>();
        Run(
            new TestToneOptions { StartSample = 1_000_000_000_123, Duration = ClockTime.FromSeconds(2) },
            (buffer, _) => samples.AddRange(MemoryMarshal.Cast<byte, float>(buffer.Data)));
        int first = 48_000 - (int)(1_000_000_000_123 % 48_000);
        Assert.That(ToneBeeps.FindOnsets(CollectionsMarshal.AsSpan(samples), 48_000), Is.EqualTo(new[] { first, first + 48_000 }));
    }

    [Test]
    public void Times_are_counted_by_samples_and_never_accumulate()
    {
        long sample = 0, sequence = 0;
        Run(
            new TestToneOptions { SampleRate = 44_100, Duration = ClockTime.FromSeconds(10) },
            (buffer, _) =>
            {
                Assert.That(buffer.Sequence, Is.EqualTo(sequence++));
                Assert.That(buffer.Pts, Is.EqualTo(ClockTime.FromUnits(sample, new Rational(1, 44_100))));
                sample += buffer.Data.Length / 4;
                Assert.That(buffer.End, Is.EqualTo(ClockTime.FromUnits(sample, new Rational(1, 44_100))));
            });
        Assert.That(sample, Is.EqualTo(441_000));
    }

    [Test]
    public void Live_buffer_passes_when_its_last_sample_has_come()
    {
        CollectingSink sink = Run(
            new TestToneOptions { IsLive = true, Duration = ClockTime.FromSeconds(2) },
            (buffer, pipeline) =>
            {
                Assert.That(pipeline.RunningTime, Is.EqualTo(buffer.End));
                Assert.That(pipeline.Latency, Is.EqualTo(ClockTime.FromUnits(1024, new Rational(1, 48_000))));
            });
        Assert.That(sink.Count, Is.EqualTo(94), "2 s in buffers of 1024 samples, the last one short");
    }

    [TestCase(SampleFormat.S16, 1)]
    [TestCase(SampleFormat.S16Planar, 6)]
    [TestCase(SampleFormat.F32, 1)]
    [TestCase(SampleFormat.F32Planar, 6)]
    public void Every_channel_of_every_sample_format_carries_the_same_sound(SampleFormat format, int planes)
    {
        Run(
            new TestToneOptions { SampleFormat = format, Layout = new ChannelLayout("5.1", 6), Duration = ClockTime.FromSeconds(1) },
            (buffer, _) =>
            {
                Assert.That(buffer.Memory.PlaneCount, Is.EqualTo(planes));
                int samples = (int)buffer.Duration.ToUnits(new Rational(1, 48_000));
                long first = buffer.Pts.ToUnits(new Rational(1, 48_000));
                for (int i = 0; i < samples; i += 37)
                {
                    double expected = first + i < 2400
                        ? 0.5 * Math.Cos(Math.Tau * 1000 * (first + i) / 48_000)
                        : 0.1 * Math.Sin(Math.Tau * 440 * (first + i) / 48_000);
                    for (int channel = 0; channel < 6; channel++)
                    {
                        // A step of 16 bits is 3e-5 of full scale, so rounding changes a sample by less than that.
                        Assert.That(Sample(buffer, format, channel, i), Is.EqualTo(expected).Within(4e-5));
                    }
                }
            });
    }

    [Test]
    public void Steady_state_allocates_nothing()
    {
        long before = 0, after = 0;
        Run(
            new TestToneOptions { Duration = ClockTime.FromSeconds(10) },
            (buffer, _) =>
            {
                if (buffer.Sequence == 100)
                {
                    before = GC.GetAllocatedBytesForCurrentThread();
                }

                after = GC.GetAllocatedBytesForCurrentThread();
            });
        Assert.That(after - before, Is.Zero);
    }

    [Test]
    public void Option_out_of_range_throws()
    {
        Assert.That(() => new TestToneSource("tone", new TestToneOptions { SampleFormat = SampleFormat.U8 }), Throws.ArgumentException);
        Assert.That(() => new TestToneSource("tone", new TestToneOptions { SampleRate = 100 }), Throws.ArgumentException);
        Assert.That(() => new TestToneSource("tone", new TestToneOptions { SamplesPerBuffer = 0 }), Throws.ArgumentException);
        Assert.That(() => new TestToneSource("tone", new TestToneOptions { Duration = ClockTime.FromSeconds(-1) }), Throws.ArgumentException);
    }

    private static double Sample(MediaBuffer buffer, SampleFormat format, int channel, int index)
    {
        ReadOnlySpan<byte> plane = buffer.Memory.Plane(format.IsPlanar() ? channel : 0);
        int at = format.IsPlanar() ? index : (index * 6) + channel;
        return format.BytesPerSample() == 4
            ? MemoryMarshal.Cast<byte, float>(plane)[at]
            : MemoryMarshal.Cast<byte, short>(plane)[at] / (double)short.MaxValue;
    }

    private static CollectingSink Run(TestToneOptions options, Action<MediaBuffer, Pipeline> onBuffer)
    {
        var executor = new SimulatedExecutor(ClockTime.FromSeconds(1000));
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        TestToneSource source = pipeline.Add(new TestToneSource("tone", options));
        CollectingSink sink = pipeline.Add(new CollectingSink("sink", buffer => onBuffer(buffer, pipeline)));
        pipeline.Link(source, sink);
        executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(2000));
        return sink;
    }
}
