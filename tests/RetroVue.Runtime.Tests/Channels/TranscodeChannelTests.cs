using System.Buffers.Binary;
using System.Globalization;
using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

public sealed class TranscodeChannelTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);

    private static (string, Duration) Item(string name, int seconds, string source, string rate, string size, int sampleRate) => (
        MadeMedia.Make(
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
                Tool.Run("ffprobe", $"-v error -show_entries packet=pts,dts -select_streams {stream} -of csv=p=0 {path}");
            Assert.That(code, Is.Zero, error);
            // At the end of the recording, pictures may be missing that are shown before the last ones. So only pictures up to the last
            // decoding time are checked.
            long last = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Max(line => long.Parse(line.Split(',')[1], CultureInfo.InvariantCulture));
            long[] pts = [.. Ffprobe.FirstNumbers(output).Where(time => time <= last).Order()];
            Assert.That(pts, Has.Length.GreaterThan(15 * 90_000 / step));
            // The viewer joins as the channel begins. The first picture is at that instant, within a tick of rounding. The sound begins
            // within the block of samples that holds the instant.
            long begun = channel.Line.At(s_start).ToUnits(new Rational(1, 90_000)) % (1L << 33);
            Assert.That(pts[0], Is.EqualTo(begun).Within(stream == "v" ? 1 : step), stream);
            Assert.That(pts.Zip(pts.Skip(1), (a, b) => b - a), Is.All.EqualTo(step), stream);
        }

        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public void Picture_that_does_not_air_upright_is_told_of()
    {
        (string upright, Duration duration) = Item("upright", 5, "testsrc", "25", "320x180", 48000);
        byte[] film = File.ReadAllBytes(upright);
        // The matrix of the first track, which is the picture's, follows 40 bytes of its header (ISO/IEC 14496-12, 8.3.2). The test writes
        // a rotation by 45 degrees.
        Span<byte> matrix = film.AsSpan(film.AsSpan().IndexOf("tkhd"u8) + 4 + 40);
        const int Half = 46341; // The sine of 45 degrees in 16.16 bits.
        foreach ((int place, int value) in new[] { (0, Half), (4, Half), (12, -Half), (16, Half) })
        {
            BinaryPrimitives.WriteInt32BigEndian(matrix[place..], value);
        }

        string tilted = Path.ChangeExtension(upright, "tilted.mp4");
        File.WriteAllBytes(tilted, film);
        var log = new RecordedLog();
        using var channel = new SimulatedChannel(
            s_start, ChannelProfile.Transcode(320, 180, new Rational(25, 1)), [(tilted, duration)], loggerFactory: log);
        channel.Join();
        channel.Watch(Duration.FromSeconds(1));
        Assert.That(log.Lines, Has.Some.Matches("^1130: .*rotated by 45 degrees"));
    }

    [Test]
    public async Task Sound_after_a_join_and_across_boundaries_beeps_on_the_scheduled_seconds()
    {
        string ntsc = await TestFiles.MakeAsync(new Rational(30000, 1001), 180, sampleRate: 44_100);
        string pal = await TestFiles.MakeAsync(new Rational(25, 1), 150);
        using var channel = new SimulatedChannel(
            s_start,
            ChannelProfile.Transcode(320, 180, new Rational(25, 1)),
            [(ntsc, Duration.FromSeconds(6)), (pal, Duration.FromSeconds(6))]);
        channel.Executor.RunFor(ClockTime.FromSeconds(2) + ClockTime.FromMilliseconds(613));
        channel.Join();
        channel.Watch(Duration.FromSeconds(20));
        IReadOnlyList<ClockTime> beeps = await ReceivedSound.BeepsAsync(channel.Save("beeps.ts"));
        Assert.That(beeps, Has.Count.GreaterThanOrEqualTo(18));
        // Whole seconds of the line are whole seconds of every item, because the line and the items start on whole seconds. A beep may be
        // off by one frame of sound: 1024 samples.
        long wrap = ClockTime.FromUnits(1L << 33, new Rational(1, 90_000)).Nanoseconds;
        long start = new ChannelLine(channel.Clock.AsClock(), ChannelLine.DefaultEpoch).At(s_start).Nanoseconds % wrap;
        foreach (ClockTime beep in beeps)
        {
            long off = (beep.Nanoseconds - start) % 1_000_000_000;
            off = off > 500_000_000 ? off - 1_000_000_000 : off < -500_000_000 ? off + 1_000_000_000 : off;
            Assert.That(off / 1e6, Is.EqualTo(0).Within(1024 * 1000.0 / 48_000), $"milliseconds, at {beep}");
        }
    }
}
