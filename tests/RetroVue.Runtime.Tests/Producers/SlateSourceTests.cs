using System.Runtime.InteropServices;
using NodaTime;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Producers.Slates;
using RetroVue.Runtime.Producers.Slates.Letters;
using static RetroVue.Runtime.Tests.Producers.SlateBench;

namespace RetroVue.Runtime.Tests.Producers;

public sealed class SlateSourceTests
{
    // The clock's luma.
    private const byte ClockLuma = 235;

    private static SlateClock? s_clock;
    private static readonly Rational s_pal = new(25, 1);
    private static readonly ClockTime s_farIn = ClockTime.FromNanoseconds(100L * 86_400 * 1_000_000_000 + 123_456_789);

    [TearDown]
    public void No_buffer_is_left_behind() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [TestCase(25, 1)]
    [TestCase(30000, 1001)]
    [TestCase(24000, 1001)]
    public void Frames_stand_on_the_grid_that_is_counted_from_the_epoch(int numerator, int denominator)
    {
        var rate = new Rational(numerator, denominator);
        ClockTime until = s_farIn + ClockTime.FromSeconds(20);
        // 128-bit integers make the ceiling exact. No time here is within a nanosecond of a frame's time.
        long first = CeilingUnits(s_farIn, numerator, denominator);
        long end = CeilingUnits(until, numerator, denominator);
        long next = first;
        (CollectingSink? sink, _) = Run(Options(s_farIn, until, Video(160, 90, rate), null), (_, buffer) =>
        {
            Assert.That(buffer.Sequence, Is.EqualTo(next));
            Assert.That(buffer.Pts, Is.EqualTo(ClockTime.FromUnits(next, rate.Inverse)));
            Assert.That(buffer.End, Is.EqualTo(ClockTime.FromUnits(++next, rate.Inverse)));
        });
        Assert.That(next, Is.EqualTo(end));
        Assert.That(sink!.Count, Is.EqualTo(end - first).And.GreaterThan(400));
    }

    [Test]
    public void Consecutive_slates_cut_on_any_frame_miss_and_repeat_nothing()
    {
        var rate = new Rational(30000, 1001);
        // The frames' times in nanoseconds are rounded up, rounded down, or exact: n * 1001/30000 s ends in 2/3, 1/3 or 0.
        for (long cut = 3_000_000; cut < 3_000_006; cut++)
        {
            ClockTime at = ClockTime.FromUnits(cut, rate.Inverse);
            var frames = new List<long>();
            long samples = 0;
            ClockTime soundEnd = ClockTime.None;
            foreach ((ClockTime from, ClockTime until) in new[] { (at - ClockTime.FromSeconds(1), at), (at, at + ClockTime.FromSeconds(1)) })
            {
                Run(Options(from, until, Video(160, 90, rate), Audio(44_100)), (kind, buffer) =>
                {
                    Assert.That(buffer.Pts >= from && buffer.Pts < until, Is.True);
                    if (kind == MediaKind.Video)
                    {
                        frames.Add(buffer.Sequence);
                        return;
                    }

                    Assert.That(soundEnd.IsNone || soundEnd == buffer.Pts, Is.True, "no hole and no overlap in the sound");
                    soundEnd = buffer.End;
                    samples += buffer.Data.Length / sizeof(float);
                });
            }

            Assert.That(frames, Is.EqualTo(Enumerable.Range((int)cut - 29, 59).Select(n => (long)n)));
            Assert.That(frames, Does.Contain(cut));
            // Two seconds hold 88,200 samples anywhere on the line.
            Assert.That(samples, Is.EqualTo(88_200));
        }
    }

    [Test]
    public void Slate_is_not_paced_and_ends_both_streams()
    {
        // The bench allows one second of simulated time. The slate takes none, because it is not paced.
        (CollectingSink? video, CollectingSink? audio) = Run(Options(ClockTime.Zero, ClockTime.FromSeconds(60), Video(160, 90, s_pal), Audio(48_000)));
        foreach (CollectingSink? sink in new[] { video, audio })
        {
            Assert.That(sink!.Events.Select(mediaEvent => mediaEvent.GetType()), Is.EqualTo(new[] { typeof(FormatChanged), typeof(Segment), typeof(EndOfStream) }));
            var segment = (Segment)sink.Events[1];
            Assert.That(segment.ToRunningTime(s_farIn), Is.EqualTo(s_farIn), "running time is the channel's line");
        }

        Assert.That(video!.Count, Is.EqualTo(1500));
        Assert.That(audio!.Count, Is.EqualTo(2813), "60 s in buffers of 1024 samples, the last one short");
    }

    [Test]
    public void Slate_of_no_length_only_ends()
    {
        (CollectingSink? video, CollectingSink? audio) = Run(Options(s_farIn, s_farIn, Video(160, 90, s_pal), Audio(48_000)));
        Assert.That((video!.Count, audio!.Count), Is.EqualTo((0, 0)));
        Assert.That(video.Events[^1], Is.InstanceOf<EndOfStream>());
    }

    [Test]
    public void Pictures_and_sound_come_in_the_order_of_their_times()
    {
        ClockTime last = ClockTime.Zero;
        Run(Options(s_farIn, s_farIn + ClockTime.FromSeconds(5), Video(160, 90, s_pal), Audio(48_000)), (_, buffer) =>
        {
            Assert.That(buffer.Pts >= last, Is.True);
            last = buffer.Pts;
        });
        Assert.That(last > s_farIn + ClockTime.FromMilliseconds(4900), Is.True);
    }

    [TestCase(25, 1, 0)]
    [TestCase(30000, 1001, 0)]
    [TestCase(30000, 1001, 999_999_999)]
    [TestCase(24000, 1001, 500_000_000)]
    public void Clock_changes_on_the_first_frame_of_each_second_and_only_there(int numerator, int denominator, int epochNanoseconds)
    {
        var rate = new Rational(numerator, denominator);
        var seconds = new HashSet<Int128>();
        SlateOptions options = WithEpoch(
            Options(s_farIn, s_farIn + ClockTime.FromSeconds(10), Video(160, 90, rate), null),
            Epoch.PlusNanoseconds(epochNanoseconds));
        Run(options, (_, buffer) =>
        {
            Int128 second = (((Int128)buffer.Sequence * denominator * 1_000_000_000) + ((Int128)epochNanoseconds * numerator)) / ((Int128)numerator * 1_000_000_000);
            seconds.Add(second);
            (long minutes, long rest) = Math.DivRem((long)second % 86_400, 60);
            AssertClock(buffer, $"{minutes / 60:D2}:{minutes % 60:D2}:{rest:D2}");
        });
        Assert.That(seconds, Has.Count.GreaterThan(9));
    }

    [Test]
    public void Frames_of_one_second_share_their_memory()
    {
        var drawn = new List<MediaMemory>();
        Run(Options(ClockTime.Zero, ClockTime.FromSeconds(10), Video(160, 90, s_pal), null), (_, buffer) =>
        {
            // The memory is kept, so that it is not recycled and then counted again.
            if (drawn.Count == 0 || !ReferenceEquals(drawn[^1], buffer.Memory))
            {
                drawn.Add(buffer.Memory.Retain());
            }
        });
        Assert.That(drawn, Is.Unique.And.Count.EqualTo(10));
        Assert.That(drawn, Has.All.Property(nameof(MediaMemory.IsShared)).False, "the slate holds nothing after its end");
        drawn.ForEach(memory => memory.Release());
    }

    [Test]
    public void Clock_shows_the_scheduled_second_across_a_change_to_summer_time()
    {
        DateTimeZone berlin = DateTimeZoneProviders.Tzdb["Europe/Berlin"];
        Duration change = Instant.FromUtc(2026, 3, 29, 1, 0) - Epoch;
        ClockTime at = ClockTime.FromNanoseconds(change.ToInt64Nanoseconds());
        var first = new Dictionary<long, bool>();
        Run(Options(at - ClockTime.FromSeconds(1), at + ClockTime.FromSeconds(1), Video(160, 90, s_pal), null, berlin), (_, buffer) =>
        {
            AssertClock(buffer, buffer.Pts < at ? "01:59:59" : "03:00:00");
            first[buffer.Sequence] = buffer.Pts < at;
        });
        Assert.That(first.Values.Count(before => before), Is.EqualTo(25));
        Assert.That(first, Has.Count.EqualTo(50));
    }

    [TestCase(48_000)]
    [TestCase(44_100)]
    public void Silence_is_counted_by_the_sample_from_the_epoch(int rate)
    {
        ClockTime until = s_farIn + ClockTime.FromMilliseconds(7777);
        long sample = CeilingUnits(s_farIn, rate, 1);
        long end = CeilingUnits(until, rate, 1);
        long blocks = 0;
        Run(Options(s_farIn, until, null, Audio(rate)), (_, buffer) =>
        {
            Assert.That(buffer.Sequence, Is.EqualTo(blocks++));
            Assert.That(buffer.Pts, Is.EqualTo(ClockTime.FromUnits(sample, new Rational(1, rate))));
            Assert.That(buffer.Memory.PlaneCount, Is.EqualTo(2));
            int samples = buffer.Data.Length / sizeof(float);
            Assert.That(samples, Is.EqualTo(Math.Min(1024, end - sample)));
            sample += samples;
            Assert.That(buffer.End, Is.EqualTo(ClockTime.FromUnits(sample, new Rational(1, rate))));
            for (int i = 0; i < 2; i++)
            {
                Assert.That(buffer.Memory.Plane(i).Length, Is.EqualTo(samples * sizeof(float)));
                Assert.That(MemoryMarshal.Cast<byte, float>(buffer.Memory.Plane(i)).IndexOfAnyExcept(0f), Is.EqualTo(-1));
            }
        });
        Assert.That(sample, Is.EqualTo(end));
    }

    [Test]
    public void Steady_state_allocates_nothing()
    {
        DateTimeZone berlin = DateTimeZoneProviders.Tzdb["Europe/Berlin"];
        long before = 0, after = 0;
        Run(Options(s_farIn, s_farIn + ClockTime.FromSeconds(60), Video(160, 90, s_pal), Audio(48_000), berlin), (kind, buffer) =>
        {
            if (kind == MediaKind.Video && buffer.Pts < s_farIn + ClockTime.FromSeconds(5))
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            // The last block of sound is short and has memory of its own, so the last second is not measured.
            if (buffer.Pts < s_farIn + ClockTime.FromSeconds(59))
            {
                after = GC.GetAllocatedBytesForCurrentThread();
            }
        });
        // The simulated executor runs on this thread. So all work of the source is counted, with 54 changes of the clock.
        Assert.That(after - before, Is.Zero);
    }

    [Test]
    public void Options_that_no_slate_can_be_made_of_throw()
    {
        VideoFormat video = Video(160, 90, s_pal);
        AudioFormat audio = Audio(48_000);
        AssertThrows(Options(ClockTime.Zero, ClockTime.Zero, null, null));
        AssertThrows(Options(ClockTime.None, ClockTime.Zero, video, audio));
        AssertThrows(Options(ClockTime.Zero, ClockTime.None, video, audio));
        AssertThrows(Options(ClockTime.Zero, ClockTime.Zero, video with { Width = 63 }, audio));
        AssertThrows(Options(ClockTime.Zero, ClockTime.Zero, video with { Height = 47 }, audio));
        AssertThrows(Options(ClockTime.Zero, ClockTime.Zero, video with { FrameRate = new Rational(0, 1) }, audio));
        AssertThrows(Options(ClockTime.Zero, ClockTime.Zero, video with { PixelFormat = PixelFormat.Nv12 }, audio));
        AssertThrows(Options(ClockTime.Zero, ClockTime.Zero, video, audio with { SampleFormat = SampleFormat.S16 }));
        AssertThrows(Options(ClockTime.Zero, ClockTime.Zero, video, audio with { Layout = new ChannelLayout("many", 9) }));

        static void AssertThrows(SlateOptions options) => Assert.That(() => new SlateSource("slate", options), Throws.ArgumentException);
    }

    private static long CeilingUnits(ClockTime time, int numerator, int denominator)
    {
        Int128 unit = (Int128)denominator * 1_000_000_000;
        return (long)((((Int128)time.Nanoseconds * numerator) + unit - 1) / unit);
    }

    private static SlateOptions WithEpoch(SlateOptions options, Instant epoch) => new()
    {
        Video = options.Video,
        Epoch = epoch,
        Zone = options.Zone,
        From = options.From,
        Until = options.Until,
        Name = options.Name,
    };

    /// <summary>Asserts that the lines of the clock show a text.</summary>
    private static void AssertClock(MediaBuffer buffer, string text)
    {
        const int width = 160, height = 90;
        var layout = new SlateLayout(Video(width, height, s_pal));
        SlateClock clock;
        lock (LetterFonts.OfSystem.Gate)
        {
            clock = s_clock ??= new SlateClock(LetterFonts.OfSystem, layout.ClockSize, layout.Stretch, isSoft: false);
        }

        // The expected clock is drawn over the background. The background differs from line to line only, so the first column shows it.
        ReadOnlySpan<byte> luma = buffer.Memory.Plane(0);
        int stride = buffer.Memory.Stride(0);
        byte[] expected = new byte[width * height], shown = new byte[width * height];
        for (int y = 0; y < height; y++)
        {
            expected.AsSpan(y * width, width).Fill(luma[y * stride]);
            luma.Slice(y * stride, width).CopyTo(shown.AsSpan(y * width));
        }

        clock.Draw(expected, width, width, layout.ClockBaseline, text, ClockLuma);
        int top = layout.ClockBaseline - (int)(0.75 * layout.ClockSize), end = layout.ClockBaseline + 1;
        Assert.That(
            shown.AsSpan(top * width, (end - top) * width).SequenceEqual(expected.AsSpan(top * width, (end - top) * width)),
            Is.True,
            $"the clock does not show {text} at {buffer.Pts}");
    }
}
