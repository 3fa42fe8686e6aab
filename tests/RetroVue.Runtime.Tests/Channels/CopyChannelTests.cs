using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

public sealed class CopyChannelTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);

    private static (string, Duration) Item(string name, int seconds, string source) => (
        FfmpegTool.Make(
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
        (int code, string output, string error) = FfmpegTool.Run("ffprobe", $"-v warning -show_entries packet=pts,dts,flags -select_streams v -of csv=p=0 {path}");
        Assert.That(code, Is.Zero);
        // The recording ends within a PES, which is all there is to complain about.
        Assert.That(error.Split('\n').Where(line => !line.Contains("size mismatch", StringComparison.Ordinal) && !line.Contains("corrupt", StringComparison.Ordinal)), Is.All.Empty);
        long[] pts = [.. FfmpegTool.FirstNumbers(output).Order()];
        Assert.That(pts, Has.Length.GreaterThan(30 * 25 - 20));
        Assert.That(pts.Zip(pts.Skip(1), (a, b) => b - a), Is.All.EqualTo(3600));
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }
}
