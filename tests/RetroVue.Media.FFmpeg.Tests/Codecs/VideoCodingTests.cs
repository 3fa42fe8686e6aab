using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Codecs;

/// <summary>Pictures go through an encoder and a decoder. Every picture is there, at its time.</summary>
[LeakCheck]
public sealed class VideoCodingTests
{
    [TestCase(30000, 1001, 3)]
    [TestCase(24000, 1001, 2)]
    [TestCase(25, 1, 2)]
    [TestCase(25, 2, 1)]
    [TestCase(60, 1, 0)]
    public void Every_picture_is_decoded_with_its_number_at_its_time(int numerator, int denominator, int bFrames)
    {
        const int count = 150;
        // The start is far from zero and from every round number.
        const long start = 86_400 * 7 + 13;
        var rate = new Rational(numerator, denominator);
        using var packets = Encode(rate, count, start, H264() with { BFrames = bFrames });
        using var pictures = Recording.Of(new ScriptedSource(packets.Script()), new Decoder("decoder"));
        ClockTime PtsOf(long n) => ClockTime.FromUnits(n, rate.Inverse);
        var numbers = Enumerable.Range(0, count).Select(i => start + i).ToArray();
        Assert.That(pictures.Numbers(), Is.EqualTo(numbers));
        Assert.That(pictures.Pts, Is.EqualTo(numbers.Select(PtsOf)));
        Assert.That(pictures.Buffers.Select(picture => picture.End), Is.EqualTo(numbers.Select(n => PtsOf(n + 1))));
        Assert.That(pictures.Buffers.All(picture => picture.Flags == BufferFlags.None), Is.True);
        // In the coded order, DTS grows by one picture each time and is never after PTS.
        var dts = packets.Buffers.Select(packet => packet.Dts).ToArray();
        Assert.That(dts.Skip(1).Zip(dts, (later, earlier) => later - earlier).Min(), Is.GreaterThan(ClockTime.Zero));
        Assert.That(packets.Buffers.All(packet => packet.Dts <= packet.Pts), Is.True);
        // Each DTS is a picture's time, or lies on the same grid before the first picture. It is rounded once, so it may be off by 1 ns.
        Assert.That(dts.All(time => (time - PtsOf(time.ToTicks(rate.Inverse))).Abs() <= ClockTime.FromNanoseconds(1)), Is.True);
        if (bFrames > 0)
        {
            Assert.That(packets.Pts, Is.Not.Ordered, "there are B-frames");
        }
    }

    [Test]
    public void Format_comes_before_the_first_buffer_and_says_what_is_in_it()
    {
        using var packets = Encode(new Rational(25, 1), 5, 0, H264() with { GlobalHeader = true });
        var encoded = (EncodedFormat)packets.Format;
        Assert.That(packets.All[0], Is.InstanceOf<FormatChanged>());
        Assert.That(encoded.Codec, Is.EqualTo("h264"));
        Assert.That(encoded.ParameterSets.Length, Is.GreaterThan(0));
        Assert.That(encoded.Video, Is.EqualTo(Source(new Rational(25, 1), 0, 0).Format));

        using var pictures = Recording.Of(new ScriptedSource(packets.Script()), new Decoder("decoder"));
        Assert.That(pictures.Format, Is.EqualTo(encoded.Video));
    }

    [Test]
    public void Key_frames_stand_on_multiples_of_the_gop_on_the_pts_line()
    {
        var rate = new Rational(30000, 1001);
        var gop = ClockTime.FromSeconds(1);
        using var packets = Encode(rate, 120, 1000, H264() with { GopDuration = gop, BFrames = 3 });
        var expected = Enumerable.Range(1000, 120)
            .Where(n => n == 1000 || ClockTime.FromUnits(n, rate.Inverse).Nanoseconds / gop.Nanoseconds != ClockTime.FromUnits(n - 1, rate.Inverse).Nanoseconds / gop.Nanoseconds)
            .Select(n => ClockTime.FromUnits(n, rate.Inverse));
        Assert.That(packets.Buffers.Where(packet => packet.IsKeyFrame).Select(packet => packet.Pts), Is.EqualTo(expected));
    }

    [Test]
    public void Key_frame_is_made_where_it_is_asked_for()
    {
        IEnumerable<object> Flagged()
        {
            using var raw = Recording.Of(Source(new Rational(25, 1), 40, 0));
            foreach (object item in raw.Script())
            {
                if (item is MediaBuffer shared)
                {
                    var buffer = shared.MakeWritable();
                    buffer.Flags = buffer.Sequence switch
                    {
                        17 => BufferFlags.KeyFrame,
                        29 => BufferFlags.Discontinuity,
                        _ => BufferFlags.None,
                    };
                    yield return buffer;
                }
                else
                {
                    yield return item;
                }
            }
        }

        using var packets = Recording.Of(new ScriptedSource(Flagged()), new Encoder("encoder", H264() with { FollowKeyFrames = true }));
        Assert.That(packets.Buffers.Where(packet => packet.IsKeyFrame).Select(packet => packet.Sequence), Is.EqualTo(new long[] { 0, 17, 29 }));
    }

    [Test]
    public void Same_pictures_give_the_same_bytes()
    {
        using var first = Encode(new Rational(25, 1), 60, 0, H264() with { BFrames = 3 });
        using var second = Encode(new Rational(25, 1), 60, 0, H264() with { BFrames = 3 });
        Assert.That(
            first.Buffers.Zip(second.Buffers).All(pair => pair.First.Data.SequenceEqual(pair.Second.Data)),
            Is.True);
        Assert.That(first.Buffers, Has.Count.EqualTo(second.Buffers.Count));
    }

    [Test]
    public void Variable_frame_rate_is_kept_to_the_nanosecond()
    {
        var gaps = new[] { 40_000_003, 33_366_667, 250_000_001, 16_683_333, 41_708_333 };
        var times = new List<ClockTime> { ClockTime.FromNanoseconds(7) };
        for (int i = 0; i < 80; i++)
        {
            times.Add(times[^1] + ClockTime.FromNanoseconds(gaps[i % gaps.Length]));
        }

        IEnumerable<object> Script()
        {
            using var raw = Recording.Of(Source(new Rational(25, 1), times.Count, 0));
            yield return new FormatChanged((VideoFormat)raw.Format with { FrameRate = new Rational(0, 1) });
            foreach (var (shared, time) in raw.Buffers.Zip(times))
            {
                var buffer = shared.Retain().MakeWritable();
                buffer.Pts = time;
                buffer.Duration = ClockTime.None;
                yield return buffer;
            }
        }

        using var packets = Recording.Of(new ScriptedSource(Script()), new Encoder("encoder", H264() with { BFrames = 2 }));
        using var pictures = Recording.Of(new ScriptedSource(packets.Script()), new Decoder("decoder"));
        Assert.That(pictures.Pts, Is.EqualTo(times));
        Assert.That(pictures.Numbers(), Is.EqualTo(Enumerable.Range(0, times.Count)));
        Assert.That(packets.Buffers.All(packet => packet.Dts <= packet.Pts), Is.True);
        Assert.That(packets.Buffers.Select(packet => packet.Dts), Is.Ordered);
    }

    [Test]
    public void Missing_times_are_interpolated_and_marked()
    {
        var rate = new Rational(25, 1);
        using var packets = Encode(rate, 30, 0, H264() with { BFrames = 0 });
        IEnumerable<object> Script()
        {
            int n = 0;
            foreach (object item in packets.Script())
            {
                if (item is MediaBuffer shared && n++ % 3 != 0)
                {
                    var buffer = shared.MakeWritable();
                    buffer.Pts = buffer.Dts = ClockTime.None;
                    yield return buffer;
                }
                else
                {
                    yield return item;
                }
            }
        }

        using var pictures = Recording.Of(new ScriptedSource(Script()), new Decoder("decoder"));
        Assert.That(pictures.Pts, Is.EqualTo(Enumerable.Range(0, 30).Select(n => ClockTime.FromUnits(n, rate.Inverse))));
        Assert.That(
            pictures.Buffers.Select(picture => picture.Flags),
            Is.EqualTo(Enumerable.Range(0, 30).Select(n => n % 3 == 0 ? BufferFlags.None : BufferFlags.EstimatedTime)));
    }

    [TestCase(0L, 37, 61)]
    [TestCase(5_000_000L, 37, 61)]
    [TestCase(-400_000L, 37, 61)]
    public void Segment_in_the_middle_of_a_gop_clips_to_the_picture(long nudge, int from, int to)
    {
        var rate = new Rational(24000, 1001);
        using var packets = Encode(rate, 100, 0, H264() with { BFrames = 3 });
        // If the segment begins up to a millisecond from the edge of a picture, that is rounding. If it begins 5 ms inside of a picture, a
        // part of that picture is shown.
        var segment = new Segment(
            ClockTime.FromUnits(from, rate.Inverse) + ClockTime.FromNanoseconds(nudge),
            ClockTime.FromUnits(to, rate.Inverse) + ClockTime.FromNanoseconds(Math.Min(nudge, 0)),
            ClockTime.FromSeconds(5));
        using var pictures = Recording.Of(new ScriptedSource(packets.Script(segment)), new Decoder("decoder"));
        Assert.That(pictures.Numbers(), Is.EqualTo(Enumerable.Range(from, to - from)));
        Assert.That(pictures.Buffers[0].Pts, Is.EqualTo(ClockTime.FromUnits(from, rate.Inverse)));
        Assert.That(pictures.All.OfType<Segment>().Single(), Is.EqualTo(segment));
    }

    [Test]
    public void Format_that_changes_in_mid_stream_is_announced_between_the_pictures()
    {
        using var wide = Encode(new Rational(25, 1), 20, 0, H264());
        using var narrow = Encode(new Rational(25, 1), 20, 20, H264(), 320, 240);
        // The change is in band: the new parameter sets are in the packets, and the decoder gets no event.
        var script = wide.Script().Concat(narrow.Script().OfType<MediaBuffer>());
        using var pictures = Recording.Of(new ScriptedSource(script), new Decoder("decoder"));
        Assert.That(pictures.Formats.Cast<VideoFormat>().Select(format => format.Width), Is.EqualTo(new[] { 640, 320 }));
        Assert.That(pictures.Buffers, Has.Count.EqualTo(40));
        int change = pictures.All.ToList().FindLastIndex(item => item is FormatChanged);
        Assert.That(pictures.All.Skip(change).OfType<MediaBuffer>().Select(picture => Recording.NumberIn(picture, (VideoFormat)pictures.Format)), Is.EqualTo(Enumerable.Range(20, 20)));
    }

    [Test]
    public void Stream_that_does_not_tell_its_reordering_loses_no_picture()
    {
        var options = H264() with { BFrames = 3, Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["x264-params"] = "b-adapt=0:b-pyramid=normal:ref=4" } };
        using var packets = Encode(new Rational(25, 1), 50, 0, options);
        var script = packets.Script().Select(item =>
        {
            if (item is not MediaBuffer buffer)
            {
                return item;
            }

            var bare = buffer.CopyHeader(HeapMemory.Copy(SequenceParameters.WithoutUsability(buffer.Data)));
            buffer.Release();
            return bare;
        });
        using var pictures = Recording.Of(new ScriptedSource(script), new Decoder("decoder"));
        Assert.That(pictures.Numbers(), Is.EqualTo(Enumerable.Range(0, 50)));
    }

    [Test]
    public void New_segment_ends_the_old_one_first()
    {
        using var first = Encode(new Rational(25, 1), 25, 0, H264() with { BFrames = 3 });
        using var second = Encode(new Rational(25, 1), 25, 0, H264() with { BFrames = 3 });
        var again = new Segment(ClockTime.Zero, ClockTime.None, ClockTime.FromSeconds(1));
        using var pictures = Recording.Of(new ScriptedSource(first.Script().Concat(second.Script(again))), new Decoder("decoder"));
        int splice = pictures.All.ToList().IndexOf(again);
        Assert.That(pictures.All.Take(splice).OfType<MediaBuffer>().Count(), Is.EqualTo(25));
        Assert.That(pictures.Numbers(), Is.EqualTo(Enumerable.Range(0, 25).Concat(Enumerable.Range(0, 25))));
    }

    [TestCase("h264", 2)]
    [TestCase("h264", 0)]
    [TestCase("mpeg2video", 0)]
    public void Picture_that_lasts_longer_than_its_rate_says_comes_before_a_gap_after_the_next(string codec, int between)
    {
        using var packets = Encode(new Rational(25, 1), 10, 0, H264() with { Codec = codec, Preset = codec == "h264" ? "ultrafast" : null, Quality = codec == "h264" ? 23 : null, BitRate = codec == "h264" ? 0 : 1_000_000, BFrames = between });
        // The times are stretched so that each picture lasts nine seconds, as in transport streams. The declared duration stays at 40 ms.
        var slow = packets.Script().Select(item => item is MediaBuffer shared ? Slow(shared.MakeWritable()) : item);
        using var pictures = Recording.Of(new ScriptedSource(slow.Append(new Gap(ClockTime.FromSeconds(100), ClockTime.FromSeconds(10)))), new Decoder("decoder"));
        int before = pictures.All.Take(pictures.All.ToList().FindIndex(item => item is Gap)).Count(item => item is MediaBuffer);
        // The decoder still holds one or two pictures to put them in order.
        Assert.That(before, Is.GreaterThanOrEqualTo(8));
        Assert.That(pictures.Buffers, Has.Count.EqualTo(10));

        static MediaBuffer Slow(MediaBuffer packet)
        {
            (packet.Pts, packet.Dts) = (packet.Pts * 225, packet.Dts * 225);
            return packet;
        }
    }

    [Test]
    public void Picture_that_shows_at_the_start_comes_before_a_gap_that_begins_later()
    {
        using var packets = Encode(new Rational(25, 1), 2, 0, H264() with { Codec = "mpeg2video", Preset = null, Quality = null, BitRate = 1_000_000, BFrames = 0 });
        ClockTime[] times = [ClockTime.FromSeconds(5), ClockTime.FromSeconds(50)];
        using var pictures = Recording.Of(new ScriptedSource(Script()), new Decoder("decoder"));
        Assert.That(pictures.Pts, Is.EqualTo(times));
        Assert.That(pictures.All.Where(item => item is MediaBuffer or Gap).Select(item => item is Gap), Is.EqualTo(new[] { false, true, false }));

        IEnumerable<object> Script()
        {
            foreach (object item in packets.Script(new Segment(ClockTime.FromSeconds(10), ClockTime.FromSeconds(100), ClockTime.Zero)))
            {
                MediaBuffer? packet = (item as MediaBuffer)?.MakeWritable();
                if (packet is not null)
                {
                    packet.Pts = packet.Dts = times[packet.Sequence];
                }

                yield return packet ?? item;
            }

            yield return new Gap(ClockTime.FromSeconds(51), ClockTime.FromSeconds(2));
        }
    }

    internal static EncoderOptions H264() => new() { Codec = "h264", Preset = "ultrafast", Quality = 23 };

    internal static TestVideoSource Source(Rational rate, int count, long start, int width = 640, int height = 360) =>
        new("source", new TestVideoOptions { FrameRate = rate, Count = count, StartFrame = start, Width = width, Height = height });

    internal static Recording Encode(Rational rate, int count, long start, EncoderOptions options, int width = 640, int height = 360) =>
        Recording.Of(Source(rate, count, start, width, height), new Encoder("encoder", options));
}
