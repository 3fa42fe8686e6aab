using NodaTime;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using Duration = NodaTime.Duration;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>A stretch of received pictures, 25 a second, each with the number that it carries.</summary>
internal static class NumberedRun
{
    public static ClockTime Frame { get; } = ClockTime.FromMilliseconds(40);

    /// <summary>Times on the wire are whole ticks of 90 kHz.</summary>
    public static ClockTime Tick { get; } = ClockTime.FromNanoseconds(11_112);

    /// <summary>
    /// The last time before another that lies a quarter of a frame after one of a transcoded channel's frames: no picture of an item that begins
    /// there is due in the middle of a frame, where it may be shown in either.
    /// </summary>
    public static Instant Aligned(Instant time)
    {
        long frames = ((time - ChannelLine.DefaultEpoch).ToInt64Nanoseconds() - (Frame.Nanoseconds / 4)) / Frame.Nanoseconds;
        return ChannelLine.DefaultEpoch + Duration.FromNanoseconds((frames * Frame.Nanoseconds) + (Frame.Nanoseconds / 4));
    }

    /// <summary>From one time to another there is a picture each 40 ms, and it is the one that is due of a file that began at a third time.</summary>
    public static void Assert(IReadOnlyList<(ClockTime Pts, long Number)> frames, ClockTime from, ClockTime to, ClockTime began)
    {
        (ClockTime Pts, long Number)[] run = [.. frames.Where(frame => frame.Pts > from - Tick && frame.Pts < to - Tick)];
        // Both ends may lie between two pictures.
        NUnit.Framework.Assert.That(run, Has.Length.EqualTo((to - from).Nanoseconds / Frame.Nanoseconds).Within(1), $"{from} to {to}");
        NUnit.Framework.Assert.That(run.Zip(run.Skip(1), (a, b) => (b.Pts - a.Pts - Frame).Abs()), Has.All.LessThan(Tick * 2));
        foreach ((ClockTime pts, long number) in run)
        {
            // The picture is the nearest one, a quarter of a frame away at most.
            NUnit.Framework.Assert.That(number, Is.EqualTo((pts - began).Nanoseconds / (double)Frame.Nanoseconds).Within(0.26), $"at {pts}, {from} to {to}");
        }
    }

    /// <summary>Puts times as they are on the wire, modulo 2^33 ticks, on the channel's line.</summary>
    public static IReadOnlyList<(ClockTime Pts, long Number)> Unwrap(IReadOnlyList<(ClockTime Pts, long Number)> frames, ClockTime near)
    {
        var wrap = ClockTime.FromUnits(1L << 33, new Rational(1, 90_000));
        long wraps = (long)Math.Round((double)(near - frames[0].Pts).Nanoseconds / wrap.Nanoseconds);
        return [.. frames.Select(frame => (frame.Pts + (wrap * wraps), frame.Number))];
    }
}
