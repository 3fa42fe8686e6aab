using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

/// <summary>Files whose containers say less of the pictures' times than is needed, or what cannot be.</summary>
public sealed class RepairedTimesTests
{
    private const string Pictures = "-f lavfi -i testsrc=s=128x96:r=30 -f lavfi -i sine=r=48000 -t 4";
    private const string X264 = "-c:v libx264 -preset veryfast -pix_fmt yuv420p -g 30";

    [TearDown]
    public void NothingIsLeft()
    {
        Assert.That(FFmpegHandles.Live, Is.Zero);
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [TestCase(0.0)]
    [TestCase(1.1)]
    [TestCase(3.37)]
    public void Pictures_of_a_program_stream_without_times_of_their_own_get_theirs_from_their_order(double startAt)
    {
        // Small pictures, of which several begin in one packet.
        string file = MadeMedia.Make(
            "times.mpg", "-f lavfi -i testsrc2=s=320x180:r=25 -f lavfi -i sine=r=48000 -t 8 -c:v mpeg2video -g 12 -bf 2 -b:v 1M -c:a mp2 -f vob");
        Demuxing read = Demuxing.Run(file, new FileDemuxerOptions { StartAt = ClockTime.FromMilliseconds((long)(startAt * 1000)) });
        ClockTime[] shown = [.. read.Video.Select(picture => picture.Pts).Order()];
        Assert.That(shown, Has.None.EqualTo(ClockTime.None));
        Assert.That(shown.Zip(shown.Skip(1), (a, b) => (b - a).Nanoseconds), Is.All.EqualTo(40_000_000L));
        AssertDecodable(read.Video);
        if (startAt == 0.0)
        {
            Assert.That(shown, Has.Length.EqualTo(200));
        }
    }

    [TestCase("mp4")]
    [TestCase("mkv")]
    [TestCase("ts")]
    public void File_of_varying_rate_without_decoding_times_is_copied_with_its_times(string container)
    {
        // Matroska keeps no decoding times, and the rate cannot be told.
        string file = MadeMedia.Make(
            "times-varying.mkv", $"{Pictures} -vf select=not(mod(n\\,3))+not(mod(n\\,7)) -vsync vfr {X264} -bf 3 -c:a aac");
        AssertCopied(file, container, ClockTime.FromMilliseconds(container == "mkv" ? 1 : 0));
    }

    [TestCase("mkv")]
    [TestCase("ts")]
    [TestCase("mp4")]
    public void Pictures_a_fraction_of_a_tick_apart_are_copied_with_their_times(string container)
    {
        // Four pictures within a millisecond, as slow motion is written: every fourth step is long.
        string file = MadeMedia.Make(
            "times-slow.mp4",
            $"-f lavfi -i testsrc=s=128x96:r=120 -t 1 {X264} -bf 3 -vf settb=1/90000,setpts=N*30+floor(N/4)*9000 -vsync passthrough -enc_time_base 1/90000 -video_track_timescale 90000");
        AssertCopied(file, container, ClockTime.FromMilliseconds(container == "mkv" ? 2 : 0));
    }

    private static void AssertCopied(string file, string container, ClockTime tick)
    {
        string target = Copying.To(file, container);
        Demuxing read = Demuxing.Run(file), back = Demuxing.Run(target);
        AssertDecodable(read.Video);
        AssertDecodable(back.Video);
        Assert.That(back.Video, Has.Length.EqualTo(read.Video.Length));
        long shift = (back.Video[0].Pts - read.Video[0].Pts).Nanoseconds;
        Assert.That(
            back.Video.Zip(read.Video, (copy, source) => (copy.Pts - source.Pts).Nanoseconds),
            Is.All.EqualTo(shift).Within(tick.Nanoseconds + 11_112), "a tick of 90 kHz, or of Matroska's milliseconds");
    }

    private static void AssertDecodable(IReadOnlyList<Elements.Probes.TimestampRecord> packets)
    {
        Assert.That(packets.Select(packet => packet.Dts), Is.Ordered.And.Unique);
        Assert.That(packets.Where(packet => packet.Dts > packet.Pts), Is.Empty);
    }
}
