using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>Joining in the middle of a long programme shows what the schedule says.</summary>
public sealed class JoinTests
{
    private static readonly Rational s_rate = new(10, 1);
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);
    private static readonly Duration s_length = Duration.FromHours(2);

    // The 33-bit count of 90 kHz wraps every 26.5 h, also in the middle of the programme. So times are compared modulo the wrap.
    private static readonly long s_wrap = 1L << 33;

    [Test]
    public async Task Join_transcoded_at_any_second_shows_the_scheduled_frame_within_one([Values(1, 59, 1800, 3599, 4711, 7195)] int second)
    {
        (ClockTime first, ClockTime joined) = await Watch(ChannelProfile.Transcode(320, 180, new Rational(25, 1)), second, tolerance: 1);
        // The picture may be off by one frame of the grid: 40 ms.
        Assert.That((first - joined).Abs(), Is.LessThanOrEqualTo(ClockTime.FromMilliseconds(40)));
    }

    [Test]
    public async Task Join_copied_at_any_second_begins_with_the_key_frame_before_and_its_scheduled_pts([Values(1, 59, 1800, 3599, 4711, 7195)] int second)
    {
        (ClockTime first, ClockTime joined) = await Watch(ChannelProfile.Copy, second, tolerance: 0);
        Assert.That(first, Is.LessThanOrEqualTo(joined));
        // The file has a key frame every two seconds.
        Assert.That(joined - first, Is.LessThanOrEqualTo(ClockTime.FromSeconds(2)));
    }

    private static async Task<(ClockTime First, ClockTime Joined)> Watch(ChannelProfile profile, int second, int tolerance)
    {
        string file = await TestFiles.MakeAsync(s_rate, (long)s_length.TotalSeconds * s_rate.Numerator);
        var channel = new SimulatedChannel(s_start, profile, [(file, s_length)]);
        var line = new ChannelLine(channel.Clock.AsClock(), ChannelLine.DefaultEpoch);
        channel.Executor.RunFor(ClockTime.FromSeconds(second) + ClockTime.FromMilliseconds(370));
        ClockTime joined = line.Now;
        channel.Join();
        channel.Watch(Duration.FromSeconds(3));
        ClockTime left = line.Now;
        channel.Dispose();
        IReadOnlyList<(ClockTime Pts, long Number)> frames = await ReceivedFrames.ReadAsync(channel.Save($"join-{profile.GetType().Name}-{second}.ts"));

        ClockTime start = line.At(s_start);
        var seen = frames.Select(frame => (Time: Unwrap(frame.Pts, joined), frame.Number)).ToList();
        // The number of pictures shows that the checks below have pictures to check. At each end, a picture may belong to the next second.
        int rate = profile is TranscodeProfile transcoded ? transcoded.Rate.Numerator : s_rate.Numerator;
        Assert.That(seen.Count(frame => frame.Time >= joined && frame.Time < left), Is.EqualTo(3 * rate).Within(1));
        // The recording ends in the middle of a picture. Pictures that are shown after the viewer left may not be whole, so they are not
        // checked.
        foreach ((ClockTime time, long number) in seen.Where(frame => frame.Time < left))
        {
            // The number of the frame that the schedule wants at that time.
            long scheduled = (time - start + ClockTime.FromMilliseconds(1)).ToUnits(new Rational(1, 1000)) * s_rate.Numerator / 1000;
            Assert.That(number, Is.EqualTo(scheduled).Within(tolerance), $"at {time - start}");
        }

        // Three seconds were watched, and half a second more was sent ahead. The decoder keeps the last pictures back, so less than that is
        // checked.
        Assert.That(seen[^1].Time, Is.GreaterThan(left));
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
        return (seen[0].Time, joined);
    }

    private static ClockTime Unwrap(ClockTime pts, ClockTime near)
    {
        var tick = new Rational(1, 90_000);
        long expected = near.ToUnits(tick);
        long difference = (pts.ToUnits(tick) - expected) % s_wrap;
        difference = difference > s_wrap / 2 ? difference - s_wrap : difference < -s_wrap / 2 ? difference + s_wrap : difference;
        return ClockTime.FromUnits(expected + difference, tick);
    }
}
