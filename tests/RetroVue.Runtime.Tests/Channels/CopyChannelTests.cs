using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

public sealed class CopyChannelTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);
    private static readonly Rational s_tick = new(1, 90_000);

    private static (string, Duration) Item(string name, int seconds, string source) => (
        MadeMedia.Make(
            $"{name}.mp4",
            $"-f lavfi -i {source}=size=320x180:rate=25:duration={seconds} -f lavfi -i sine=frequency=440:sample_rate=48000:duration={seconds} "
            + "-c:v libx264 -preset ultrafast -bf 2 -g 50 -pix_fmt yuv420p -c:a aac -ac 2 -shortest"),
        Duration.FromSeconds(seconds));

    [Test]
    public void Channel_of_two_files_is_a_stream_whose_pts_follow_the_schedule()
    {
        var channel = new SimulatedChannel(s_start, ChannelProfile.Copy, [Item("copy-a", 10, "testsrc"), Item("copy-b", 10, "testsrc2")]);
        channel.Join();
        channel.Watch(Duration.FromSeconds(31));
        channel.Dispose();
        string path = channel.Save("copy.ts");
        (int code, string output, string error) = Tool.Run("ffprobe", $"-v warning -show_entries packet=pts,dts,flags -select_streams v -of csv=p=0 {path}");
        Assert.That(code, Is.Zero);
        // The recording ends in the middle of a PES packet. ffprobe may complain of nothing else.
        Assert.That(error.Split('\n').Where(line => !line.Contains("size mismatch", StringComparison.Ordinal) && !line.Contains("corrupt", StringComparison.Ordinal)), Is.All.Empty);
        long[] pts = [.. Ffprobe.FirstNumbers(output).Order()];
        Assert.That(pts, Has.Length.GreaterThan(30 * 25 - 20));
        Assert.That(pts.Zip(pts.Skip(1), (a, b) => b - a), Is.All.EqualTo(3600));
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Viewer_who_joins_where_a_file_is_over_before_its_time_gets_a_slate(bool isTranscoded)
    {
        string file = await TestFiles.MakeAsync(new Rational(25, 1), 4 * 25);
        ChannelProfile profile = isTranscoded ? ChannelProfile.Transcode(320, 180, new Rational(25, 1)) : ChannelProfile.Copy;
        var channel = new SimulatedChannel(s_start, profile, [(file, Duration.FromSeconds(40))]);
        channel.Executor.RunFor(ClockTime.FromSeconds(10));
        channel.Join();
        channel.Watch(Duration.FromSeconds(8));
        channel.Dispose();
        // A PTS on the wire is the line's time modulo 33 bits.
        long joined = (channel.Line.At(s_start) + ClockTime.FromSeconds(10)).ToUnits(s_tick) % (1L << 33);
        IReadOnlyList<(ClockTime Pts, long Number)> frames = await ReceivedFrames.ReadAsync(channel.Save($"past-end-{isTranscoded}.ts"));
        // A copied file begins with its last group of pictures, at the scheduled times of that group. Those times are before the join and
        // are left out here. The last four pictures are left out too, because pictures that are shown before them may still follow.
        (long Time, long Number)[] shown = [.. frames.SkipLast(4).Select(frame => (frame.Pts.ToUnits(s_tick) - joined, frame.Number)).Where(frame => frame.Item1 >= 0)];
        // Eight seconds are watched. One or two of them pass before the slate is on the air.
        Assert.That(shown, Has.Length.GreaterThan(5 * 25));
        Assert.That(shown[0].Time / 90_000.0, Is.LessThan(2.5), "seconds after the join");
        Assert.That(shown.Select(frame => frame.Number), Is.All.EqualTo(-1), "no picture of the file");
        Assert.That(shown.Zip(shown.Skip(1), (a, b) => b.Time - a.Time), Is.All.EqualTo(3600));
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    // Each video codec that a transport stream carries, each with another audio codec.
    [TestCase("mpeg2video", "mp2", "-g 25")]
    [TestCase("mpeg1video", "mp3", "-g 25")]
    [TestCase("hevc", "eac3", "-preset ultrafast -g 25 -x265-params log-level=none")]
    [TestCase("h264", "ac3", "-preset ultrafast -g 25 -pix_fmt yuv420p")]
    public void Slate_is_encoded_as_the_channel_is(string video, string audio, string settings)
    {
        string file = MadeMedia.Make(
            $"copy-{video}.ts",
            $"-f lavfi -i testsrc=size=320x180:rate=25:duration=4 -f lavfi -i sine=frequency=440:sample_rate=48000:duration=4 -c:v {video} {settings} -c:a {audio} -ac 2");
        var channel = new SimulatedChannel(s_start, ChannelProfile.Copy, [(file, Duration.FromSeconds(14))]);
        channel.Join();
        channel.Watch(Duration.FromSeconds(19));
        channel.Dispose();
        string path = channel.Save($"slate-{video}.ts");
        foreach ((string stream, string codec, int least) in new[] { ("v", video, 17 * 25), ("a", audio, 17 * 48_000 / 1536) })
        {
            (_, string output, _) = Tool.Run("ffprobe", $"-v quiet -show_entries stream=codec_name:packet=pts -select_streams {stream} -of csv=p=0 {path}");
            Assert.That(output, Does.Contain(codec));
            // Nineteen seconds are watched. One or two of them pass before the slate is on the air.
            Assert.That(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.GreaterThan(least), stream);
        }

        (int code, _, string error) = Tool.Run("ffmpeg", $"-v error -i {path} -f null -");
        Assert.That(code, Is.Zero, error);
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }
}
