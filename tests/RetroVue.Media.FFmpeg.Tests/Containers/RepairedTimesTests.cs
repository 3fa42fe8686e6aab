using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

/// <summary>Files whose containers store too few of the pictures' times, or impossible ones.</summary>
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
        // The pictures are small, so several begin in one packet.
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
        // Matroska stores no decoding times, and the rate is not known.
        string file = MadeMedia.Make(
            "times-varying.mkv", $"{Pictures} -vf select=not(mod(n\\,3))+not(mod(n\\,7)) -vsync vfr {X264} -bf 3 -c:a aac");
        AssertCopied(file, container, ClockTime.FromMilliseconds(container == "mkv" ? 1 : 0));
    }

    [TestCase("mp4")]
    [TestCase("mkv")]
    [TestCase("ts")]
    [TestCase("own.ts")]
    public void Recording_that_begins_anew_in_mid_file_is_copied_to_its_end_in_step(string container)
    {
        string first = MadeMedia.Make("times-first.ts", $"{Pictures} {X264} -bf 2 -c:a aac");
        string file = Path.Combine(MadeMedia.Folder, $"times-anew.{container}");
        byte[] once = File.ReadAllBytes(first);
        File.WriteAllBytes(file, [.. once, .. once, .. once]);
        AssertGoesOn(file, container);
    }

    [TestCase("mp4")]
    [TestCase("own.ts")]
    public void Matroska_whose_times_begin_anew_in_mid_file_is_copied_to_its_end_in_step(string container)
    {
        byte[] once = File.ReadAllBytes(MadeMedia.Make("times-first.mkv", $"{Pictures} {X264} -bf 2 -c:a aac -live 1"));
        string file = Path.Combine(MadeMedia.Folder, "times-anew.mkv");
        // A recorder that was started again writes such a file: the new clusters follow the old ones.
        byte[] clusters = once[once.AsSpan().IndexOf<byte>([0x1F, 0x43, 0xB6, 0x75])..];
        File.WriteAllBytes(file, [.. once, .. clusters, .. clusters]);
        AssertGoesOn(file, container);
    }

    private static void AssertGoesOn(string file, string container)
    {
        string target = Copying.To(file, container);
        Demuxing read = Demuxing.Run(file), back = Demuxing.Run(target);
        AssertDecodable(back.Video);
        AssertDecodable(back.Audio);
        Assert.That(back.Video, Has.Length.EqualTo(read.Video.Length));
        Assert.That(back.Audio, Has.Length.EqualTo(read.Audio.Length));
        ClockTime[] shown = [.. back.Video.Select(picture => picture.Pts).Order()];
        Assert.That((shown[^1] - shown[0]).Nanoseconds, Is.EqualTo(12_000_000_000L).Within(400_000_000L), "three times four seconds");
        Assert.That(shown.Zip(shown.Skip(1), (a, b) => (b - a).Nanoseconds), Is.All.InRange(20_000_000L, 200_000_000L));
        long step = (read.Video[^1].Pts - read.Audio[^1].Pts).Nanoseconds;
        Assert.That((back.Video[^1].Pts - back.Audio[^1].Pts).Nanoseconds, Is.EqualTo(step).Within(2_000_000L), "in step at the end");
    }

    [TestCase("mkv")]
    [TestCase("ts")]
    [TestCase("own.ts")]
    [TestCase("mp4")]
    public void Pictures_a_fraction_of_a_tick_apart_are_copied_with_their_times(string container)
    {
        // Four pictures lie within a millisecond, as in slow motion, and every fourth step is long.
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
            Is.All.EqualTo(shift).Within(tick.Nanoseconds + 11_112), "a tick of each file's own clock is allowed");
    }

    private static void AssertDecodable(IReadOnlyList<Elements.Probes.TimestampRecord> packets)
    {
        Assert.That(packets.Select(packet => packet.Dts), Is.Ordered.And.Unique);
        Assert.That(packets.Where(packet => packet.Dts > packet.Pts), Is.Empty);
    }
}
