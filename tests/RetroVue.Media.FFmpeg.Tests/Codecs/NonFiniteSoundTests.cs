using System.Runtime.InteropServices;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Conversion;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Codecs;

[LeakCheck]
public sealed class NonFiniteSoundTests
{
    private const int Rate = 48_000;
    private static readonly float[] s_bad = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 3e38f, -1e9f];

    [TestCase("aac", SampleFormat.F32Planar)]
    [TestCase("ac3", SampleFormat.F32Planar)]
    [TestCase("pcm_f32le", SampleFormat.F32)]
    [TestCase("libopus", SampleFormat.F32)]
    [TestCase("libmp3lame", SampleFormat.F32Planar)]
    [TestCase("libvorbis", SampleFormat.F32Planar)]
    public void Samples_that_are_no_numbers_are_silent_and_counted(string codec, SampleFormat samples)
    {
        var format = new AudioFormat(samples, Rate, ChannelLayout.Stereo);
        var encoder = new Encoder("encoder", new EncoderOptions { Codec = codec });
        using var packets = Recording.Of(Sound(format), encoder);
        Assert.That(encoder.SilencedSamples, Is.EqualTo(s_bad.Length));
        using var decoded = Recording.Of(new ScriptedSource(packets.Script()), new Decoder("decoder"), new AudioConverter("floats", format));
        Assert.That(decoded.Samples(), Is.All.Matches<float>(float.IsFinite));
        Assert.That(decoded.Samples(), Has.Length.EqualTo(Rate).Within(2400));
    }

    [TestCase(SampleFormat.F32)]
    [TestCase(SampleFormat.F32Planar)]
    public void Resampling_does_not_spread_them(SampleFormat samples)
    {
        var format = new AudioFormat(samples, Rate, ChannelLayout.Stereo);
        var converter = new AudioConverter("converter", new AudioFormat(SampleFormat.F32, 44_100, ChannelLayout.Stereo));
        using var sound = Recording.Of(Sound(format), converter);
        Assert.That(converter.SilencedSamples, Is.EqualTo(s_bad.Length));
        // The tone has half of full scale, with single samples silenced. The filter keeps the sound near the tone there, so it stays within
        // full scale.
        Assert.That(sound.Samples(), Is.All.InRange(-1f, 1f));
    }

    [Test]
    public void Whole_numbers_do_not_click_where_there_was_no_number()
    {
        var converter = new AudioConverter("converter", new AudioFormat(SampleFormat.S16, Rate, ChannelLayout.Stereo));
        using var sound = Recording.Of(Sound(new AudioFormat(SampleFormat.F32, Rate, ChannelLayout.Stereo)), converter);
        Assert.That(converter.SilencedSamples, Is.EqualTo(s_bad.Length));
        foreach (var buffer in sound.Buffers)
        {
            Assert.That(MemoryMarshal.Cast<byte, short>(buffer.Data).ToArray(), Is.All.InRange(-20_000, 20_000));
        }
    }

    /// <summary>Makes a second of a tone at half of full scale. Its left channel has a few bad samples, 4000 samples apart.</summary>
    private static ScriptedSource Sound(AudioFormat format)
    {
        return new ScriptedSource(Script());

        IEnumerable<object> Script()
        {
            yield return new FormatChanged(format);
            yield return Segment.Default;
            const int length = 480;
            for (int at = 0; at < Rate; at += length)
            {
                var left = new float[length];
                for (int i = 0; i < length; i++)
                {
                    int sample = at + i;
                    left[i] = sample % 4000 == 3999 && sample / 4000 < s_bad.Length ? s_bad[sample / 4000] : 0.5f * MathF.Sin(sample * 0.05f);
                }

                var right = left.Select(value => float.IsFinite(value) && MathF.Abs(value) < 1 ? value : 0).ToArray();
                MediaMemory memory = format.SampleFormat == SampleFormat.F32
                    ? HeapMemory.Copy(MemoryMarshal.AsBytes<float>(left.Zip(right, (l, r) => new[] { l, r }).SelectMany(pair => pair).ToArray()))
                    : Planar(left, right);
                var buffer = MediaBuffer.Create(memory);
                buffer.Pts = ClockTime.FromUnits(at, new Rational(1, Rate));
                buffer.Duration = format.DurationOf(length);
                yield return buffer;
            }
        }
    }

    private static HeapMemory Planar(float[] left, float[] right)
    {
        var memory = HeapMemory.Create([(left.Length * sizeof(float), left.Length * sizeof(float)), (right.Length * sizeof(float), right.Length * sizeof(float))]);
        MemoryMarshal.AsBytes<float>(left).CopyTo(memory.WritablePlane(0));
        MemoryMarshal.AsBytes<float>(right).CopyTo(memory.WritablePlane(1));
        return memory;
    }
}
