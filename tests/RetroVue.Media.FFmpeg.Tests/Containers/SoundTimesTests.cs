using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.FFmpeg.Tests.Matrix;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

/// <summary>No packet of sound is lost, even if packets are shorter than a container's tick, share one time, or have no duration.</summary>
public sealed class SoundTimesTests
{
    private const string Tone = "-f lavfi -i sine=r=48000 -t 1 -ac 2";

    [TearDown]
    public void NothingIsLeft()
    {
        Assert.That(FFmpegHandles.Live, Is.Zero);
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    // The packets have 40 samples, which is 0.83 ms. Matroska's tick is a millisecond; the other containers have ticks finer than a packet.
    [TestCase("truehd", "thd", "mkv")]
    [TestCase("mlp", "mlp", "mkv")]
    [TestCase("truehd", "thd", "ts")]
    [TestCase("truehd", "mkv", "mkv")]
    [TestCase("truehd", "mkv", "ts")]
    [TestCase("alac", "caf", "mp4")]
    [TestCase("alac", "caf", "mkv")]
    [TestCase("flac", "asf", "mkv")]
    [TestCase("flac", "asf", "nut")]
    [TestCase("adpcm_ms", "avi", "avi")]
    public void Every_packet_is_copied(string encoder, string container, string target)
    {
        string file = MadeMedia.Make($"sound-{encoder}.{container}", $"{Tone} -c:a {encoder} -strict -2");
        string copy = Copying.To(file, target);
        ProbedStream read = ProbedStream.Read(file)!, back = ProbedStream.Read(copy)!;
        Assert.That(back.Packets, Has.Count.EqualTo(read.Packets.Count));
        Assert.That(back.Decoded, Is.EqualTo(read.Decoded).And.GreaterThanOrEqualTo(48_000));
        if (target == "avi")
        {
            // An AVI file counts packets. FFmpeg's writer derives the tick from a bit rate that is wrong for ADPCM, so the times are not
            // compared.
            return;
        }

        ClockTime[] times = [.. Demuxing.Run(copy).Audio.Select(packet => packet.Dts)];
        Assert.That(times, Is.Ordered);
        // FFmpeg's reader gives ten packets of FLAC one time, so the second packet comes later than the first one ends. The copy keeps the
        // times that were read.
        ClockTime[] expected = encoder == "flac"
            ? [.. Demuxing.Run(file).Audio.Select(packet => packet.Dts)]
            : [.. times.Select((_, i) => ClockTime.FromUnits((long)i * Samples(encoder), new Rational(1, 48_000)))];
        // The tolerance is one tick of Matroska, which is the coarsest.
        Assert.That(
            times.Select(time => (time - times[0]).Nanoseconds / 1e6),
            Is.EqualTo(expected.Select(time => (time - expected[0]).Nanoseconds / 1e6)).Within(1));
    }

    [Test]
    public void Sound_that_repeats_its_time_follows_on_the_sound_before_it()
    {
        // FFmpeg's reader gives ten packets of 96 ms the time of the last one of them.
        Demuxing read = Demuxing.Run(MadeMedia.Make("sound-flac.asf", $"{Tone} -c:a flac -strict -2"));
        Assert.That(read.Audio.Skip(1).Zip(read.Audio.Skip(2), (a, b) => (b.Pts - a.Pts).Nanoseconds), Is.All.EqualTo(96_000_000L));
        Assert.That(read.Audio.Select(packet => packet.Dts), Is.EqualTo(read.Audio.Select(packet => packet.Pts)));
    }

    private static int Samples(string encoder) => encoder == "alac" ? 4096 : 40;
}
