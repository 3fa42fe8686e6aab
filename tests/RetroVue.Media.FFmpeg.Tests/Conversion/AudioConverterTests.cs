using System.Runtime.InteropServices;
using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.FFmpeg.Conversion;
using RetroVue.Media.FFmpeg.Tests.Codecs;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Conversion;

[LeakCheck]
public sealed class AudioConverterTests
{
    private static readonly AudioFormat s_house = new(SampleFormat.F32Planar, 48_000, ChannelLayout.Stereo);

    [TestCase(44_100)]
    [TestCase(32_000)]
    [TestCase(96_000)]
    public void Beeps_stay_at_their_second_at_any_rate(int rate)
    {
        const int seconds = 20;
        using var sound = Recording.Of(AudioCodingTests.Tone(rate / 3, seconds, 1111, rate), new AudioConverter("converter", s_house));
        var beeps = sound.BeepSamples();
        Assert.That(beeps, Has.Length.EqualTo(seconds));
        for (int i = 0; i < seconds; i++)
        {
            // The filter spreads the beginning of a beep over a few samples. This must not add up from the first beep to the last.
            Assert.That(beeps[i], Is.EqualTo((i + 1) * 48_000).Within(2));
        }

        // The times are one line without holes, from the first input sample on, rounded once.
        var first = ClockTime.FromUnits(rate / 3, new Rational(1, rate));
        long count = 0;
        foreach (var buffer in sound.Buffers)
        {
            Assert.That(buffer.Pts, Is.EqualTo(first + ClockTime.FromUnits(count, new Rational(1, 48_000))));
            count += buffer.Data.Length / sizeof(float);
        }

        Assert.That(count, Is.EqualTo(seconds * 48_000));
    }

    [Test]
    public void Gap_is_a_discontinuity_and_jitter_is_not()
    {
        const int rate = 44_100;
        using var raw = Recording.Of(AudioCodingTests.Tone(0, 4, 441, rate));
        IEnumerable<object> Script()
        {
            foreach (object item in raw.Script())
            {
                if (item is MediaBuffer shared)
                {
                    var buffer = shared.MakeWritable();
                    // All stamps have up to 2 ms of jitter, and a second and a half is missing from 1.3 s on.
                    if (buffer.Sequence is >= 130 and < 280)
                    {
                        buffer.Release();
                        continue;
                    }

                    buffer.Pts += ClockTime.FromMicroseconds(buffer.Sequence == 0 ? 0 : (buffer.Sequence * 7919 % 4000) - 2000);
                    yield return buffer;
                }
                else
                {
                    yield return item;
                }
            }
        }

        using var sound = Recording.Of(new ScriptedSource(Script()), new AudioConverter("converter", s_house));
        var jumps = sound.Buffers.Where(buffer => buffer.Flags.HasFlag(BufferFlags.Discontinuity)).ToArray();
        Assert.That(jumps, Has.Length.EqualTo(1));
        // The first buffer after the gap has a stamp with jitter. There is no better time.
        Assert.That(jumps[0].Pts, Is.EqualTo(ClockTime.FromMicroseconds(2_800_000 + (280 * 7919 % 4000) - 2000)));
        var before = sound.Buffers[sound.Buffers.ToList().IndexOf(jumps[0]) - 1];
        Assert.That(before.End, Is.EqualTo(ClockTime.FromMilliseconds(1300)), "the held samples come before the gap");
    }

    [Test]
    public void Mono_becomes_both_channels_of_stereo()
    {
        var mono = new TestToneSource("tone", new TestToneOptions { Layout = ChannelLayout.Mono, Duration = ClockTime.FromSeconds(1) });
        using var sound = Recording.Of(mono, new AudioConverter("converter", s_house));
        Assert.That(sound.Format, Is.EqualTo(s_house));
        foreach (var buffer in sound.Buffers)
        {
            Assert.That(buffer.Memory.Plane(0).SequenceEqual(buffer.Memory.Plane(1)), Is.True);
        }

        Assert.That(sound.Samples().Max(), Is.EqualTo((float)TestToneSource.BeepLevel).Within(0.001f));
    }

    [Test]
    public void Surround_is_mixed_down_within_full_scale()
    {
        var loud = new float[4800];
        Array.Fill(loud, 1f);
        IEnumerable<object> Script()
        {
            yield return new FormatChanged(new AudioFormat(SampleFormat.F32Planar, 48_000, new ChannelLayout("5.1", 6)));
            int bytes = loud.Length * sizeof(float);
            var memory = HeapMemory.Create([(bytes, bytes), (bytes, bytes), (bytes, bytes), (bytes, bytes), (bytes, bytes), (bytes, bytes)]);
            for (int i = 0; i < 6; i++)
            {
                MemoryMarshal.AsBytes(loud.AsSpan()).CopyTo(memory.WritablePlane(i));
            }

            var buffer = MediaBuffer.Create(memory);
            buffer.Pts = ClockTime.Zero;
            yield return buffer;
        }

        using var sound = Recording.Of(new ScriptedSource(Script()), new AudioConverter("converter", s_house));
        // All channels are at full scale. The matrix is scaled so that their sum is full scale again.
        Assert.That(sound.Samples(), Is.All.EqualTo(1f).Within(0.001f));
        Assert.That(sound.Samples(), Has.Length.EqualTo(4800));
    }

    [Test]
    public void Sound_that_fits_passes_untouched()
    {
        using var raw = Recording.Of(AudioCodingTests.Tone(0, 1, 1024, 48_000));
        using var sound = Recording.Of(new ScriptedSource(raw.Script()), new AudioConverter("converter", s_house));
        Assert.That(sound.Buffers, Is.EqualTo(raw.Buffers));
    }

    [Test]
    public void Interleaved_sixteen_bits_become_planar_floats()
    {
        using var sound = Recording.Of(AudioCodingTests.Tone(0, 2, 1000, 48_000, SampleFormat.S16), new AudioConverter("converter", s_house));
        using var exact = Recording.Of(AudioCodingTests.Tone(0, 2, 1000, 48_000));
        Assert.That(sound.Samples().Zip(exact.Samples(), (got, wanted) => Math.Abs(got - wanted)).Max(), Is.LessThan(1f / 16_000), "16 bits");
    }
}
