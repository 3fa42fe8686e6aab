using System.Globalization;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

/// <summary>Files whose times repeat, step by less than a tick, jump, go back, are decoded too late or are missing, copied by each muxer.</summary>
public sealed class AnyTimesTests
{
    private const string Source =
        "-f lavfi -i testsrc=s=64x48:r=25 -f lavfi -i sine=r=48000 -t 2 -pix_fmt yuv420p -g 12 -bf 2 -c:a aac";

    /// <summary>Steps that vary, so that an MP4 has an entry for each.</summary>
    private const string Varying = "-c:v libx264 -preset ultrafast -vf settb=1/90000,setpts=N*3600+mod(N*7919\\,900) -vsync passthrough -enc_time_base:v 1/90000";

    private static readonly string[] s_targets = ["mp4", "mkv", "ts", "own.ts"];

    [TearDown]
    public void NothingIsLeft()
    {
        Assert.That(FFmpegHandles.Live, Is.Zero);
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public void Any_times_are_copied_in_order() => RandomCases.Run(15, Copy);

    [Test]
    [Category("Soak")]
    public void Ten_thousand_files_of_any_times_are_copied_in_order() => RandomCases.Run(10_000, Copy);

    private static void Copy(Random random)
    {
        string container = new[] { "ts", "mkv", "mp4" }[random.Next(3)], target = s_targets[random.Next(4)];
        string codec = random.Next(2) == 0 ? "mpeg2video" : "libx264";
        string sound = MadeMedia.Make($"any-times-{codec[..4]}.{container}", $"{Source} {(codec == "libx264" ? Varying : "-c:v mpeg2video")} {(container == "mp4" ? "-video_track_timescale 90000" : "")}");
        double rate = new[] { 0, 0.02, 0.1, 0.5 }[random.Next(4)];
        var wrong = new WrongTimes(random, rate, mayLeaveOut: container == "ts" && random.Next(3) == 0);
        string file = Path.Combine(MadeMedia.Folder, $"any-times.{container}");
        File.WriteAllBytes(file, wrong.In(File.ReadAllBytes(sound), container));
        string copy = Path.Combine(MadeMedia.Folder, $"any-times.copy.{target}");
        File.Delete(copy);
        string what = $"{codec} in {container} to {target}, {rate} of the packets wrong";
        try
        {
            if (target == "own.ts")
            {
                Copying.RunAsTransportStream(file, copy);
            }
            else
            {
                Copying.Run(file, copy);
            }
        }
        catch (ElementException exception) when (wrong.HasLeftOut && exception.Message.Contains("without a presentation time", StringComparison.Ordinal))
        {
            // Of these the pictures do not say when they are shown.
            return;
        }
        catch (Exception exception)
        {
            throw new AssertionException($"{what}: {exception.Message}", exception);
        }

        foreach (char kind in "va")
        {
            var packets = ProbedPacket.Read(copy, kind).Packets;
            Assert.That(packets, Is.Not.Empty, what);
            (long Pts, long Dts)[] times = target switch
            {
                // Matroska keeps no decoding times.
                "mkv" => [],
                "mp4" => Written(copy, kind),
                _ => [.. PesStamps.Times(File.ReadAllBytes(copy), (byte)(kind == 'v' ? 0xE0 : 0xC0))],
            };
            Assert.That(times.Select(time => time.Dts), Is.Ordered.And.Unique, $"{what}: DTS of '{kind}'");
            Assert.That(times.Where(time => time.Dts > time.Pts), Is.Empty, $"{what}: '{kind}'");
        }

        if (rate == 0)
        {
            AssertSame(Demuxing.Run(file).Video.Select(packet => packet.Pts), ProbedPacket.Read(copy, 'v').Packets.Select(packet => packet.Pts), what);
        }
    }

    /// <summary>The times of an MP4's tables: where its edit list leaves packets out, libavformat tells other ones.</summary>
    private static (long Pts, long Dts)[] Written(string file, char kind) =>
    [
        .. Tool.OutputOf("ffprobe", $"-v error -advanced_editlist 0 -select_streams {kind}:0 -show_entries packet=pts,dts -of csv=p=0 {file}")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(','))
            .Select(times => (long.Parse(times[0], CultureInfo.InvariantCulture), long.Parse(times[1], CultureInfo.InvariantCulture))),
    ];

    private static void AssertSame(IEnumerable<ClockTime> source, IEnumerable<ClockTime> copy, string what)
    {
        ClockTime[] read = [.. source], written = [.. copy];
        // A tick of Matroska's milliseconds, and of 90 kHz, at both ends.
        Assert.That(
            written.Select(time => (time - written[0]).Nanoseconds), Is.EqualTo(read.Select(time => (time - read[0]).Nanoseconds)).Within(1_100_000L), what);
    }
}
