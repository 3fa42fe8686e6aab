using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

public sealed class TranscodeChannelTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);

    private static (string, Duration) Item(string name, int seconds, string source, string rate, string size, int sampleRate) => (
        FfmpegTool.Make(
            $"{name}.mp4",
            $"-f lavfi -i {source}=size={size}:rate={rate}:duration={seconds} -f lavfi -i sine=frequency=440:sample_rate={sampleRate}:duration={seconds} "
            + "-c:v libx264 -preset ultrafast -bf 2 -g 50 -pix_fmt yuv420p -c:a aac -ac 1 -shortest"),
        Duration.FromSeconds(seconds));

    [Test]
    public void Channel_of_unlike_files_has_one_frame_a_step_across_every_boundary()
    {
        var channel = new SimulatedChannel(
            s_start,
            ChannelProfile.Transcode(320, 180, new Rational(25, 1)),
            [Item("mix-a", 5, "testsrc", "30000/1001", "320x240", 44100), Item("mix-b", 5, "testsrc2", "24", "426x240", 48000)]);
        channel.Join();
        channel.Watch(Duration.FromSeconds(16));
        channel.Dispose();
        string path = channel.Save("transcode.ts");
        foreach ((string stream, int step) in new[] { ("v", 3600), ("a", 1920) })
        {
            (int code, string output, string error) =
                FfmpegTool.Run("ffprobe", $"-v error -show_entries packet=pts -select_streams {stream} -of csv=p=0 {path}");
            Assert.That(code, Is.Zero, error);
            long[] pts = [.. FfmpegTool.FirstNumbers(output).Order()];
            Assert.That(pts, Has.Length.GreaterThan(15 * 90_000 / step));
            Assert.That(pts.Zip(pts.Skip(1), (a, b) => b - a), Is.All.EqualTo(step), stream);
        }

        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }
}
