using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Codecs;

/// <summary>Sound goes through an encoder and a decoder. Every sample keeps its place.</summary>
[LeakCheck]
public sealed class AudioCodingTests
{
    // The beginning of a beep is found where the level crosses a limit. Lossy coding moves that by a sample or two.
    private const int OnsetTolerance = 2;

    [TestCase("aac", 48_000, SampleFormat.F32Planar)]
    [TestCase("aac", 44_100, SampleFormat.F32Planar)]
    [TestCase("mp2", 48_000, SampleFormat.S16)]
    public void Beeps_are_decoded_at_the_sample_where_they_were(string codec, int rate, SampleFormat samples)
    {
        // The tone of 3 s begins at sample 777777. That is not on a whole second, a codec frame or a round buffer size.
        const long start = 777_777;
        using var packets = Recording.Of(Tone(start, 3, 1000, rate, samples), Encoder(codec));
        var encoded = (EncodedFormat)packets.Format;
        Assert.That(encoded.InitialPadding, Is.GreaterThan(0));
        Assert.That(packets.Buffers[0].Pts, Is.EqualTo(At(start, rate) - At(encoded.InitialPadding, rate)));
        using var sound = Recording.Of(new ScriptedSource(packets.Script()), new Decoder("decoder"));
        using var floats = Recording.Of(
            new ScriptedSource(sound.Script()),
            new FFmpeg.Conversion.AudioConverter("floats", new AudioFormat(SampleFormat.F32Planar, rate, ChannelLayout.Stereo)));
        long first = (start / rate) + 1;
        var beeps = floats.BeepSamples();
        Assert.That(beeps, Has.Length.EqualTo(3));
        for (int i = 0; i < beeps.Length; i++)
        {
            Assert.That(beeps[i], Is.EqualTo((first + i) * rate).Within(OnsetTolerance));
        }

        // The priming lies before the segment. So the first decoded sample is the first sample of the source, and the times have no holes.
        Assert.That(sound.Buffers[0].Pts, Is.EqualTo(At(start, rate)));
        foreach (var (earlier, later) in sound.Buffers.Zip(sound.Buffers.Skip(1)))
        {
            Assert.That(later.Pts, Is.EqualTo(earlier.End));
        }
    }

    [Test]
    public void Packets_are_counted_from_the_first_sample_and_cover_all_of_them()
    {
        const int rate = 44_100;
        using var packets = Recording.Of(Tone(0, 2, 999, rate), Encoder("aac"));
        for (int i = 0; i < packets.Buffers.Count - 1; i++)
        {
            // The time is counted from the anchor and rounded once, so it is never off by more than that rounding.
            Assert.That(packets.Buffers[i].Pts, Is.EqualTo(ClockTime.FromUnits((i - 1) * 1024L, new Rational(1, rate))));
        }

        Assert.That(packets.Buffers[^1].End, Is.EqualTo(ClockTime.FromSeconds(2)));
    }

    [Test]
    public void Same_sound_gives_the_same_bytes()
    {
        using var first = Recording.Of(Tone(0, 1, 960, 48_000), Encoder("aac"));
        using var second = Recording.Of(Tone(0, 1, 480, 48_000), Encoder("aac"));
        Assert.That(first.Buffers.Zip(second.Buffers).All(pair => pair.First.Data.SequenceEqual(pair.Second.Data)), Is.True);
        Assert.That(first.Buffers, Has.Count.EqualTo(second.Buffers.Count));
    }

    [Test]
    public void Segment_cuts_by_the_sample()
    {
        const int rate = 48_000;
        using var packets = Recording.Of(Tone(0, 3, 1000, rate), Encoder("aac"));
        var segment = new Segment(At(70_001, rate), At(100_123, rate), ClockTime.Zero);
        using var sound = Recording.Of(new ScriptedSource(packets.Script(segment)), new Decoder("decoder"));
        Assert.That(sound.Buffers[0].Pts, Is.EqualTo(segment.Start));
        Assert.That(sound.Buffers[^1].End, Is.EqualTo(segment.Stop).Using<ClockTime>(WithinRounding));
        Assert.That(sound.Samples(), Has.Length.EqualTo(100_123 - 70_001));
        Assert.That(sound.BeepSamples(), Has.Length.EqualTo(1));
        Assert.That(sound.BeepSamples()[0], Is.EqualTo(96_000).Within(OnsetTolerance));
    }

    [Test]
    public void Millisecond_stamps_are_counted_over_and_a_loss_is_not()
    {
        const int rate = 44_100;
        using var packets = Recording.Of(Tone(0, 3, 1024, rate), Encoder("aac"));
        IEnumerable<object> Script()
        {
            int n = 0;
            foreach (object item in packets.Script(new Segment(ClockTime.FromSeconds(-1), ClockTime.None, ClockTime.Zero)))
            {
                if (item is not MediaBuffer shared)
                {
                    yield return item;
                    continue;
                }

                var buffer = shared.MakeWritable();
                buffer.Pts = ClockTime.FromUnits(buffer.Pts.ToUnits(new Rational(1, 1000)), new Rational(1, 1000));
                buffer.Duration = ClockTime.None;
                if (n++ == 60)
                {
                    buffer.Release();
                    continue;
                }

                yield return buffer;
            }
        }

        using var sound = Recording.Of(new ScriptedSource(Script()), new Decoder("decoder"));
        var first = sound.Buffers[0].Pts;
        for (int i = 0; i < 60; i++)
        {
            Assert.That(sound.Buffers[i].Pts, Is.EqualTo(first + ClockTime.FromUnits(i * 1024L, new Rational(1, rate))));
        }

        var lost = sound.Buffers.Where(buffer => buffer.Flags.HasFlag(BufferFlags.Discontinuity)).ToArray();
        Assert.That(lost, Has.Length.EqualTo(1));
        Assert.That(lost[0], Is.SameAs(sound.Buffers[60]));
        // One packet of 23.2 ms is missing. The time stamps at both ends are off by half a millisecond.
        Assert.That((lost[0].Pts - sound.Buffers[59].End - ClockTime.FromUnits(1024, new Rational(1, rate))).Abs(), Is.LessThanOrEqualTo(ClockTime.FromMilliseconds(1)));
    }

    [Test]
    public void Hole_is_filled_with_silence_and_overlap_left_out()
    {
        const int rate = 48_000;
        using var raw = Recording.Of(Tone(0, 3, 480, rate));
        IEnumerable<object> Script()
        {
            int n = 0;
            foreach (object item in raw.Script())
            {
                // 100 ms are missing at half a second, and 20 ms come twice at one and a half seconds.
                if (item is MediaBuffer buffer && n++ is var at && at is >= 50 and < 60)
                {
                    buffer.Release();
                    continue;
                }

                yield return item;
                if (item is MediaBuffer again && n is 150 or 151)
                {
                    yield return again.Retain();
                }
            }
        }

        var encoder = Encoder("aac");
        using var packets = Recording.Of(new ScriptedSource(Script()), encoder);
        using var sound = Recording.Of(new ScriptedSource(packets.Script()), new Decoder("decoder"));
        var beeps = sound.BeepSamples();
        Assert.That(encoder.Dropped, Is.EqualTo(960));
        Assert.That(beeps, Has.Length.EqualTo(2));
        Assert.That(beeps.Max(beep => Math.Abs((((beep + (rate / 2)) % rate) - (rate / 2)))), Is.LessThanOrEqualTo(OnsetTolerance));
        Assert.That(sound.Samples()[25_000..28_000].Max(Math.Abs), Is.LessThan(0.01f), "silence in the hole");
    }

    [Test]
    public void Long_hole_begins_the_stream_anew()
    {
        const int rate = 48_000;
        using var early = Recording.Of(Tone(0, 1, 1024, rate));
        using var late = Recording.Of(Tone(10 * rate, 2, 1024, rate));
        using var packets = Recording.Of(new ScriptedSource(early.Script().Concat(late.Script().OfType<MediaBuffer>())), Encoder("aac"));
        using var sound = Recording.Of(new ScriptedSource(packets.Script()), new Decoder("decoder"));
        Assert.That(packets.Formats.Count(), Is.EqualTo(1));
        var times = sound.Buffers.Select(buffer => buffer.Pts).ToArray();
        int splice = Array.FindIndex(times, time => time > ClockTime.FromSeconds(5));
        // The priming of the new stream comes before its first sample.
        Assert.That(times[splice], Is.EqualTo(ClockTime.FromSeconds(10) - ClockTime.FromUnits(1024, new Rational(1, rate))));
        Assert.That(sound.Buffers[splice].Flags, Is.EqualTo(BufferFlags.Discontinuity));
        Assert.That(sound.Buffers[^1].End, Is.EqualTo(ClockTime.FromSeconds(12)));
    }

    internal static TestToneSource Tone(long start, int seconds, int perBuffer, int rate, SampleFormat format = SampleFormat.F32Planar) =>
        new("tone", new TestToneOptions
        {
            StartSample = start,
            Duration = ClockTime.FromSeconds(seconds),
            SamplesPerBuffer = perBuffer,
            SampleRate = rate,
            SampleFormat = format,
        });

    // The times are counted from an anchor, which was itself rounded to a nanosecond.
    private static int WithinRounding(ClockTime left, ClockTime right) =>
        (left - right).Abs() <= ClockTime.FromNanoseconds(1) ? 0 : left.CompareTo(right);

    private static Encoder Encoder(string codec) => new("encoder", new EncoderOptions { Codec = codec, BitRate = 128_000 });

    private static ClockTime At(long sample, int rate) => ClockTime.FromUnits(sample, new Rational(1, rate));
}
