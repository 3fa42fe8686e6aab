using NodaTime;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using Duration = NodaTime.Duration;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>Checks received pictures, 25 a second, by the number that each carries.</summary>
internal static class NumberedRun
{
    public static ClockTime Frame { get; } = ClockTime.FromMilliseconds(40);

    /// <summary>The unit of times on the wire, 1/90 000 s, rounded up.</summary>
    public static ClockTime Tick { get; } = ClockTime.FromNanoseconds(11_112);

    /// <summary>
    /// Returns the last time before <paramref name="time"/> that is a quarter of a frame after one of a transcoded channel's frames. If an
    /// item begins there, none of its pictures is due in the middle of a frame, where either of two frames could show it.
    /// </summary>
    public static Instant Aligned(Instant time)
    {
        long frames = ((time - ChannelLine.DefaultEpoch).ToInt64Nanoseconds() - (Frame.Nanoseconds / 4)) / Frame.Nanoseconds;
        return ChannelLine.DefaultEpoch + Duration.FromNanoseconds((frames * Frame.Nanoseconds) + (Frame.Nanoseconds / 4));
    }

    /// <summary>
    /// Asserts that there is a picture each 40 ms between two times, and that each is the picture of a file that began at a third time.
    /// </summary>
    public static void Assert(IReadOnlyList<(ClockTime Pts, long Number)> frames, ClockTime from, ClockTime to, ClockTime began)
    {
        (ClockTime Pts, long Number)[] run = [.. frames.Where(frame => frame.Pts > from - Tick && frame.Pts < to - Tick)];
        // Each end may lie between two pictures, so there may be one more or less.
        NUnit.Framework.Assert.That(run, Has.Length.EqualTo((to - from).Nanoseconds / Frame.Nanoseconds).Within(1), $"{from} to {to}");
        NUnit.Framework.Assert.That(run.Zip(run.Skip(1), (a, b) => (b.Pts - a.Pts - Frame).Abs()), Has.All.LessThan(Tick * 2));
        foreach ((ClockTime pts, long number) in run)
        {
            // The channel shows the nearest picture, which is at most a quarter of a frame away; 0.01 is for the rounding to ticks.
            NUnit.Framework.Assert.That(number, Is.EqualTo((pts - began).Nanoseconds / (double)Frame.Nanoseconds).Within(0.26), $"at {pts}, {from} to {to}");
        }
    }

    /// <summary>Converts times on the wire, modulo 2^33 ticks, to times on the channel's line.</summary>
    public static IReadOnlyList<(ClockTime Pts, long Number)> Unwrap(IReadOnlyList<(ClockTime Pts, long Number)> frames, ClockTime near)
    {
        var wrap = ClockTime.FromUnits(1L << 33, new Rational(1, 90_000));
        long wraps = (long)Math.Round((double)(near - frames[0].Pts).Nanoseconds / wrap.Nanoseconds);
        return [.. frames.Select(frame => (frame.Pts + (wrap * wraps), frame.Number))];
    }
}
