using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.FFmpeg.Tests.Matrix;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

/// <summary>Sound whose packets are shorter than a container's tick, share one time, or do not say how long they are: none is lost.</summary>
public sealed class SoundTimesTests
{
    private const string Tone = "-f lavfi -i sine=r=48000 -t 1 -ac 2";

    [TearDown]
    public void NothingIsLeft()
    {
        Assert.That(FFmpegHandles.Live, Is.Zero);
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    // Packets of 40 samples, 0.83 ms; Matroska counts milliseconds, the others have finer ticks than that.
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
            // It counts packets, by a tick that FFmpeg's writer takes from a bit rate that is not that of ADPCM.
            return;
        }

        ClockTime[] times = [.. Demuxing.Run(copy).Audio.Select(packet => packet.Dts)];
        Assert.That(times, Is.Ordered);
        // A tick of Matroska's, the coarsest.
        Assert.That((times[^1] - times[0]).Nanoseconds / 1e6, Is.EqualTo((times.Length - 1) * (double)Samples(encoder) / 48).Within(encoder == "flac" ? 864 : 1));
    }

    [Test]
    public void Sound_that_repeats_its_time_follows_on_the_sound_before_it()
    {
        // FFmpeg's reader gives ten packets of 96 ms the time of the last one.
        Demuxing read = Demuxing.Run(MadeMedia.Make("sound-flac.asf", $"{Tone} -c:a flac -strict -2"));
        Assert.That(read.Audio.Skip(1).Zip(read.Audio.Skip(2), (a, b) => (b.Pts - a.Pts).Nanoseconds), Is.All.EqualTo(96_000_000L));
        Assert.That(read.Audio.Select(packet => packet.Dts), Is.EqualTo(read.Audio.Select(packet => packet.Pts)));
    }

    private static int Samples(string encoder) => encoder switch { "alac" => 4096, "flac" => 4608, _ => 40 };
}
