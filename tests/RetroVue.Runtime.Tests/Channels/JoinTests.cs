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

    // The 33-bit count of 90 kHz wraps in the middle of the programme: 26.5 h is not a divisor of anything here, so times are compared
    // modulo the wrap.
    private static readonly long s_wrap = 1L << 33;

    [Test]
    public async Task Join_transcoded_at_any_second_shows_the_scheduled_frame_within_one([Values(1, 59, 1800, 3599, 4711, 7195)] int second)
    {
        (ClockTime first, ClockTime joined) = await Watch(ChannelProfile.Transcode(320, 180, new Rational(25, 1)), second, tolerance: 1);
        // On the frame grid of forty milliseconds.
        Assert.That((first - joined).Abs(), Is.LessThanOrEqualTo(ClockTime.FromMilliseconds(40)));
    }

    [Test]
    public async Task Join_copied_at_any_second_begins_with_the_key_frame_before_and_its_scheduled_pts([Values(1, 59, 1800, 3599, 4711, 7195)] int second)
    {
        (ClockTime first, ClockTime joined) = await Watch(ChannelProfile.Copy, second, tolerance: 0);
        Assert.That(first, Is.LessThanOrEqualTo(joined));
        // Key frames stand two seconds apart.
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
        // As many as were watched, so that what follows has something to look at; a picture at either end may be the next second's.
        int rate = profile is TranscodeProfile transcoded ? transcoded.Rate.Numerator : s_rate.Numerator;
        Assert.That(seen.Count(frame => frame.Time >= joined && frame.Time < left), Is.EqualTo(3 * rate).Within(1));
        // The recording ends within a picture; what is shown later than it was left is not whole.
        foreach ((ClockTime time, long number) in seen.Where(frame => frame.Time < left))
        {
            // Number of the frame on display at that time, by the schedule alone.
            long scheduled = (time - start + ClockTime.FromMilliseconds(1)).ToUnits(new Rational(1, 1000)) * s_rate.Numerator / 1000;
            Assert.That(number, Is.EqualTo(scheduled).Within(tolerance), $"at {time - start}");
        }

        // Three seconds were watched and half a second more has been sent ahead; the decoder keeps the last pictures back.
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
