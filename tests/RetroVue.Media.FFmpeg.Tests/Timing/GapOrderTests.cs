using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Conversion;
using RetroVue.Media.FFmpeg.Tests.Codecs;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Timing;

/// <summary>If a source announces a gap, it comes after all earlier buffers, whatever an element holds, and it comes in time.</summary>
[LeakCheck]
public sealed class GapOrderTests
{
    private const int GapStep = 250, Told = 500;
    private static readonly Rational s_rate = new(25, 1);

    [TestCase("x264")]
    [TestCase("x264 without delay")]
    [TestCase("mpeg4")]
    [TestCase("deinterlacer")]
    public void Pictures_that_are_held_come_before_the_gap(string kind)
    {
        using var passed = Recording.Of([new ScriptedSource(Pictures(kind, (0, 30), (250, 30))), .. Chain(kind)]);
        AssertInOrder(passed, 2 * 30);
        var gaps = passed.All.OfType<Gap>().ToList();
        Assert.That(gaps, Is.Not.Empty);
        Assert.That((gaps[^1].Pts + gaps[^1].Duration).Nanoseconds / 1e9, Is.EqualTo(9.5).Within(0.3), "as far as announced");
        int first = passed.All.ToList().FindIndex(item => item is Gap);
        Assert.That(passed.All.Take(first).Count(item => item is MediaBuffer), Is.EqualTo(30));
        Assert.That((gaps[0].Pts + gaps[0].Duration).Nanoseconds / 1e9, Is.LessThan(2.7), "the first gap comes while pictures wait");
    }

    [Test]
    public void Sound_that_is_held_comes_before_the_gap()
    {
        using var before = Recording.Of(AudioCodingTests.Tone(0, 1, 480, 48_000));
        using var after = Recording.Of(AudioCodingTests.Tone(480_000, 1, 480, 48_000));
        IEnumerable<object> script =
        [
            .. before.Script(Segment.Default), new Gap(ClockTime.FromSeconds(1), ClockTime.FromSeconds(2)), .. Gaps(3_000, 9_500),
            .. after.Script().Where(item => item is MediaBuffer),
        ];
        using var passed = Recording.Of(
            new ScriptedSource(script),
            new AudioConverter("rate", new AudioFormat(SampleFormat.F32Planar, 44_100, ChannelLayout.Stereo)),
            new Encoder("aac", new EncoderOptions { Codec = "aac" }));
        AssertInOrder(passed, null);
        Assert.That(passed.All.OfType<Gap>(), Is.Not.Empty);
    }

    [Test]
    public void Short_silence_of_the_sound_is_filled_step_by_step_and_moves_nothing()
    {
        using var before = Recording.Of(AudioCodingTests.Tone(0, 1, 480, 48_000, SampleFormat.F32));
        using var after = Recording.Of(AudioCodingTests.Tone(192_000, 1, 480, 48_000, SampleFormat.F32));
        IEnumerable<object> script = [.. before.Script(Segment.Default), .. Gaps(1_000, 3_500), .. after.Script().Where(item => item is MediaBuffer)];
        using var passed = Recording.Of(new ScriptedSource(script), new Encoder("pcm", new EncoderOptions { Codec = "pcm_f32le" }));
        AssertInOrder(passed, null);
        Assert.That(passed.All.OfType<Gap>(), Is.Empty);
        Assert.That(passed.Buffers.Zip(passed.Buffers.Skip(1), (one, next) => (next.Pts - one.End).Nanoseconds), Is.All.InRange(-1, 1), "no hole");
        Assert.That(passed.Buffers[^1].End, Is.EqualTo(ClockTime.FromSeconds(5)));
    }

    [Test]
    public void Gaps_stay_in_order_through_random_pauses() => RandomCases.Run(10, PauseAtRandom);

    [Test]
    [Category("Soak")]
    public void Gaps_stay_in_order_through_ten_thousand_times_random_pauses() => RandomCases.Run(10_000, PauseAtRandom);

    private static void PauseAtRandom(Random random)
    {
        string[] kinds = ["x264", "x264 without delay", "mpeg4", "deinterlacer"];
        string kind = kinds[random.Next(kinds.Length)];
        var parts = new List<(int Start, int Count)>();
        int next = 0;
        for (int i = 0; i < 4; i++)
        {
            parts.Add((next + random.Next(150), random.Next(1, 60)));
            next = parts[^1].Start + parts[^1].Count;
        }

        using var passed = Recording.Of([new ScriptedSource(Pictures(kind, [.. parts])), .. Chain(kind)]);
        AssertInOrder(passed, parts.Sum(part => part.Count));
    }

    private static Element[] Chain(string kind) => kind switch
    {
        "x264" => [new Encoder("encoder", new EncoderOptions { Codec = "libx264" })],
        "x264 without delay" => [new Encoder("encoder", new EncoderOptions { Codec = "libx264", Preset = "ultrafast", Tune = "zerolatency" })],
        "mpeg4" => [new Encoder("encoder", new EncoderOptions { Codec = "mpeg4", BFrames = 2 })],
        _ => [new VideoConverter("converter", new VideoFormat(PixelFormat.Yuv420P, 320, 180, s_rate))],
    };

    /// <summary>
    /// Returns parts of a stream. In each silence of over half a second, gaps are announced half a second late, as a source does.
    /// </summary>
    private static IEnumerable<object> Pictures(string kind, params (int Start, int Count)[] parts)
    {
        int end = 0;
        foreach (var (start, count) in parts)
        {
            foreach (var gap in Gaps(end * 40, (start * 40) - Told))
            {
                yield return gap;
            }

            using var raw = Recording.Of(VideoCodingTests.Source(s_rate, count, start, 320, 180));
            foreach (object item in raw.Script().Where(item => item is not Segment && (end == 0 || item is not FormatChanged)))
            {
                yield return item is FormatChanged { Format: VideoFormat format }
                    ? new FormatChanged(kind == "deinterlacer" ? format with { Interlacing = Interlacing.TopFieldFirst } : format)
                    : item;
            }

            end = start + count;
        }
    }

    private static IEnumerable<Gap> Gaps(int from, int until)
    {
        for (; from + GapStep <= until; from += GapStep)
        {
            yield return new Gap(ClockTime.FromMilliseconds(from), ClockTime.FromMilliseconds(GapStep));
        }
    }

    private static void AssertInOrder(Recording passed, int? count)
    {
        Assert.That(passed.Buffers, count is { } all ? Has.Count.EqualTo(all) : Is.Not.Empty, "the number of pictures");
        var dts = passed.Buffers.Select(buffer => buffer.DecodeOrder).ToList();
        Assert.That(dts, Is.Ordered);
        var told = ClockTime.MaxValue * -1;
        foreach (object item in passed.All)
        {
            if (item is Gap gap)
            {
                told = ClockTime.Max(told, gap.Pts + gap.Duration);
            }
            else if (item is MediaBuffer buffer)
            {
                Assert.That(buffer.Pts + ClockTime.FromMicroseconds(1), Is.GreaterThanOrEqualTo(told), "a gap came before this picture");
            }
        }
    }
}
