using System.Globalization;
using RetroVue.Media.Elements.Probes;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Pipelines;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

/// <summary>
/// Files with wrong times are copied by each muxer: times that repeat, step by less than a tick, jump, go back, are missing, or decode too
/// late.
/// </summary>
public sealed class AnyTimesTests
{
    private const string Source =
        "-f lavfi -i testsrc=s=64x48:r=25 -f lavfi -i sine=r=48000 -t 2 -pix_fmt yuv420p -g 12 -bf 2 -c:a aac -video_track_timescale 90000";

    /// <summary>Encodes pictures at varying steps, so that an MP4 file has an entry for each.</summary>
    private const string Varying = "-c:v libx264 -preset ultrafast -vf settb=1/90000,setpts=N*3600+mod(N*7919\\,900) -vsync passthrough -enc_time_base:v 1/90000";

    private static readonly Dictionary<string, string> s_encoders = new(StringComparer.Ordinal) { ["mpeg2"] = "-c:v mpeg2video", ["x264"] = Varying };

    /// <summary>The times as they are; slow motion; and presentation times that vary around the even grid.</summary>
    private static readonly (string Input, string Output)[] s_timings = [("", ""), ("-itsscale 4", ""), ("", "-bsf:v setts=pts=PTS+mod(N*7919\\,5)*0.008/TB:dts=DTS")];

    private static readonly (string Name, string Arguments)[] s_containers =
    [
        ("ts", ""),
        ("mkv", "-live 1"),
        ("mp4", "-video_track_timescale 90000"),
        ("signed.mp4", "-video_track_timescale 90000 -movflags negative_cts_offsets"),
        ("fragments.mp4", "-video_track_timescale 90000 -movflags frag_keyframe+delay_moov"),
    ];

    private static readonly string[] s_targets = ["mp4", "mkv", "ts", "own.ts"];

    [TearDown]
    public void NothingIsLeft()
    {
        Assert.That(FFmpegHandles.Live, Is.Zero);
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    // The file is like two recordings put together. If times go back for good, this is not an accident: all packets that follow must be
    // there.
    [Test]
    public void Times_that_go_back_once_lose_nothing([Values("mp4", "mkv", "ts", "own.ts")] string target)
    {
        string right = MadeMedia.Make("any-times-back.ts", $"{Source} {s_encoders["mpeg2"]}");
        string file = Path.Combine(MadeMedia.Folder, "any-times-back-once.ts"), copy = Path.Combine(MadeMedia.Folder, $"any-times-back.copy.{target}");
        byte[] bytes = File.ReadAllBytes(right);
        foreach (byte id in new byte[] { 0xE0, 0xC0 })
        {
            List<int> all = [.. PesStamps.Find(bytes, id)];
            foreach (int pes in all.Skip(all.Count / 2))
            {
                const int back = 72_000;
                int decoding = PesStamps.DecodingAt(bytes, pes);
                long dts = PesStamps.Read(bytes.AsSpan(decoding));
                PesStamps.Write(bytes.AsSpan(pes + 9), PesStamps.Read(bytes.AsSpan(pes + 9)) - back);
                PesStamps.Write(bytes.AsSpan(decoding), dts - back);
            }
        }

        File.WriteAllBytes(file, bytes);
        File.Delete(copy);
        (_, long leftOut) = target == "own.ts" ? Copying.RunAsTransportStream(file, copy) : Copying.Run(file, copy);
        Assert.That(leftOut, Is.Zero);
        Assert.That(CountPackets(copy, "-advanced_editlist 0"), Is.EqualTo(CountPackets(right)));
    }

    [Test]
    public void Any_times_are_copied_in_order() => RandomCases.Run(25, Copy);

    [Test]
    [Category("Soak")]
    public void Ten_thousand_files_of_any_times_are_copied_in_order() => RandomCases.Run(10_000, Copy);

    // The first picture's presentation time is before the zero of the stream's time.
    [Test]
    public void First_time_that_is_far_too_early_is_written() => RandomCases.Repeat(712_332_312, Copy);

    // A packet of sound declares a duration of 18 hours. Later the times go back.
    [Test]
    public void Duration_beyond_reason_moves_nothing() => RandomCases.Repeat(74_660_956, Copy);

    private static void Copy(Random random)
    {
        (string container, string arguments) = s_containers[random.Next(s_containers.Length)];
        string codec = random.Next(2) == 0 ? "mpeg2" : "x264", target = s_targets[random.Next(s_targets.Length)];
        int timing = random.Next(s_timings.Length);
        double share = new[] { 0, 0.02, 0.1, 0.5 }[random.Next(4)];
        string first = MadeMedia.Make($"any-times-{codec}.mp4", $"{Source} {s_encoders[codec]}");
        // The file is made by way of an MP4 file, because in Matroska the filter's ticks differ from those of the times.
        string timed = MadeMedia.Make($"any-times-{codec}-{timing}.mp4", $"{s_timings[timing].Input} -i {first} -c copy -video_track_timescale 90000 {s_timings[timing].Output}");
        string right = MadeMedia.Make($"any-times-right-{codec}-{timing}.{container}", $"-i {timed} -c copy {arguments}");
        string file = Path.Combine(MadeMedia.Folder, $"any-times.{container}"), copy = Path.Combine(MadeMedia.Folder, $"any-times.copy.{target}");
        var wrong = new WrongTimes(random, share);
        File.WriteAllBytes(file, wrong.In(File.ReadAllBytes(right), container));
        File.Delete(copy);
        long leftOut;
        string what = $"{Path.GetFileName(right)} to {target}, {share} of the packets wrong";
        try
        {
            if (target == "own.ts")
            {
                (_, leftOut) = Copying.RunAsTransportStream(file, copy);
            }
            else
            {
                (_, leftOut) = Copying.Run(file, copy);
            }
        }
        catch (Exception exception)
        {
            throw new AssertionException($"{what}: {exception.Message}", exception);
        }

        Demuxing back = Demuxing.Run(copy);
        Demuxing source = Demuxing.Run(file);
        Assert.That(back.Video, Is.Not.Empty, what);
        Assert.That(back.Audio, Is.Not.Empty, what);
        foreach ((string kind, (long Pts, long Dts)[] times) in Written(copy, target))
        {
            Assert.That(times, Is.Not.Empty, $"{what}: {kind}");
            Assert.That(times.Select(time => time.Dts), Is.Ordered.And.Unique, $"{what}: DTS of {kind}");
            Assert.That(times.Where(time => time.Dts > time.Pts), Is.Empty, $"{what}: {kind}");
        }

        what += $", {wrong.Count} of them";
        int read = source.Video.Length + source.Audio.Length;
        Assert.That(read, Is.EqualTo(CountPackets(file)), $"{what}: packets read");
        // An MP4 file begins with its first picture. If that picture is shown late, the edit list hides the packets that are shown before
        // it.
        Assert.That(CountPackets(copy, "-advanced_editlist 0") + leftOut, Is.EqualTo(read), $"{what}: packets written, and {leftOut} left out");
        // A packet beside a wrong time may be lost too, if there is no room for its own time. If times go back, the packets in the common
        // range are lost until it is sure that they stay back.
        Assert.That(leftOut, Is.LessThanOrEqualTo(wrong.Count == 0 ? 0 : (4 * wrong.Count) + 12), $"{what}: packets left out");
        if (share == 0)
        {
            AssertSame(source.Video, back.Video, what);
        }
    }

    /// <summary>
    /// Returns the times that are stored in a file. Readers may give other times if they doubt these, and leave out packets because of an
    /// edit list.
    /// </summary>
    private static IEnumerable<(string Kind, (long Pts, long Dts)[] Times)> Written(string file, string target)
    {
        switch (target)
        {
            case "mkv":
                // Matroska stores no decoding times.
                break;
            case "mp4":
                foreach (var packets in Tool.OutputOf("ffprobe", $"-v error -advanced_editlist 0 -show_entries packet=codec_type,pts,dts -of csv=p=0 {file}")
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(',')).GroupBy(fields => fields[0], StringComparer.Ordinal))
                {
                    yield return (packets.Key, [.. packets.Select(fields => (Number(fields[1]), Number(fields[2])))]);
                }

                break;
            default:
                byte[] stream = File.ReadAllBytes(file);
                yield return ("video", [.. PesStamps.Times(stream, 0xE0)]);
                yield return ("audio", [.. PesStamps.Times(stream, 0xC0)]);
                break;
        }
    }

    private static int CountPackets(string file, string options = "") =>
        Tool.OutputOf("ffprobe", $"-v error {options} -show_entries packet=codec_type -of csv=p=0 {file}").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static void AssertSame(TimestampRecord[] source, TimestampRecord[] copy, string what) =>
        // Each end may be off by a tick of Matroska (1 ms) or of 90 kHz.
        Assert.That(
            copy.Select(packet => (packet.Pts - copy[0].Pts).Nanoseconds),
            Is.EqualTo(source.Select(packet => (packet.Pts - source[0].Pts).Nanoseconds)).Within(1_100_000L),
            what);
}
