using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>If an item cannot be played, a slate airs in its place, and the next item begins at its scheduled time.</summary>
public sealed class BadItemTests
{
    private const int Seconds = 12;

    private static readonly Rational s_rate = new(25, 1);
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);
    private static readonly Duration s_length = Duration.FromSeconds(Seconds);

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public async Task Unplayable_item_gives_way_to_a_slate_and_the_next_is_in_time(
        [Values] ProfileMode mode,
        [ValueSource(typeof(BadFiles), nameof(BadFiles.Unplayable))] string kind)
    {
        string good = await TestFiles.MakeAsync(s_rate, Seconds * 25);
        string bad = BadFiles.Make(kind, good);
        Aired aired = await Watch(mode, [good, bad, good], Duration.FromSeconds(2), Duration.FromSeconds(30));
        // A file with only a header opens without an error. The channel finds out on the air that nothing follows, so its slate begins up
        // to two seconds late.
        AssertNumbers(aired, 2, 12, 0);
        AssertSlate(aired, kind == "header-only" ? 14 : 12, 24);
        AssertNumbers(aired, 24, 31, 24);
        AssertGrid(aired, mode, kind == "header-only" ? 2 : 0.2);
        Assert.That(aired.Log, Has.Some.Contains(bad));
    }

    [Test]
    public async Task Unplayable_item_on_the_air_when_the_first_viewer_joins_is_a_slate(
        [Values] ProfileMode mode,
        [ValueSource(typeof(BadFiles), nameof(BadFiles.Unplayable))] string kind)
    {
        string good = await TestFiles.MakeAsync(s_rate, Seconds * 25);
        string bad = BadFiles.Make(kind, good);
        Aired aired = await Watch(mode, [good, bad, good], Duration.FromSeconds(14), Duration.FromSeconds(16));
        AssertSlate(aired, 16, 24);
        AssertNumbers(aired, 24, 29, 24);
        AssertGrid(aired, mode, 0.2);
        Assert.That(aired.Log, Has.Some.Contains(bad));
    }

    [Test]
    public async Task Header_without_end_is_given_up_in_time_for_a_slate()
    {
        string good = await TestFiles.MakeAsync(s_rate, Seconds * 25);
        string bad = BadFiles.Make("endless", good);
        Aired aired = await Watch(ProfileMode.Copy, [good, bad, good], Duration.FromSeconds(2), Duration.FromSeconds(26));
        AssertNumbers(aired, 2, 12, 0);
        AssertSlate(aired, 12, 24);
        AssertNumbers(aired, 24, 27, 24);
        // The opening takes real time, which simulated time does not show. So the test looks for the limit of 4 s in the log.
        Assert.That(aired.Log, Has.Some.Contains(bad).And.Contains("within 4 s"));
    }

    [Test]
    public async Task Truncated_item_plays_as_far_as_it_goes_and_a_slate_follows([Values] ProfileMode mode)
    {
        string good = await TestFiles.MakeAsync(s_rate, Seconds * 25);
        string bad = BadFiles.Truncated(good);
        Aired aired = await Watch(mode, [bad, good], Duration.FromSeconds(1), Duration.FromSeconds(20));
        AssertNumbers(aired, 1, 4, 0);
        AssertSlate(aired, 9, 12);
        AssertNumbers(aired, 12, 20, 12);
        AssertGrid(aired, mode, 2);
        Assert.That(aired.Log, Has.Some.Contains(bad));
    }

    [Test]
    public async Task File_that_shrinks_while_it_plays_is_followed_by_a_slate([Values] ProfileMode mode)
    {
        string good = await TestFiles.MakeAsync(s_rate, Seconds * 25);
        string bad = BadFiles.FastStart(good, $"shrinking-{mode}");
        Aired aired = await Watch(mode, [bad, good], Duration.FromSeconds(1), Duration.FromSeconds(20), () => BadFiles.CutInHalf(bad));
        AssertNumbers(aired, 1, 4, 0);
        AssertSlate(aired, 9, 12);
        AssertNumbers(aired, 12, 20, 12);
        AssertGrid(aired, mode, 2);
        Assert.That(aired.Log, Has.Some.Contains(bad));
    }

    [Test]
    public async Task Last_seconds_that_are_missing_are_a_slate_too([Values] ProfileMode mode)
    {
        string eight = await TestFiles.MakeAsync(s_rate, 8 * 25);
        string good = await TestFiles.MakeAsync(s_rate, Seconds * 25);
        Aired aired = await Watch(mode, [eight, good], Duration.FromSeconds(1), Duration.FromSeconds(17));
        AssertNumbers(aired, 1, 8, 0);
        // The next item is open already by then. The slate begins a second after the end of the file is known.
        AssertSlate(aired, 10, 12);
        AssertNumbers(aired, 12, 17, 12);
        AssertGrid(aired, mode, 2);
    }

    [Test]
    public async Task End_that_is_missing_when_no_time_is_left_for_a_slate_is_told([Values] ProfileMode mode)
    {
        string shorter = await TestFiles.MakeAsync(s_rate, (10 * 25) + 15);
        string good = await TestFiles.MakeAsync(s_rate, Seconds * 25);
        Aired aired = await Watch(mode, [shorter, good], Duration.FromSeconds(1), Duration.FromSeconds(17));
        AssertNumbers(aired, 1, 10, 0);
        AssertNumbers(aired, 12, 17, 12);
        Assert.That(aired.Log, Has.Exactly(1).Contains(shorter));
    }

    [Test]
    public async Task Item_too_short_for_a_slate_that_fails_is_told([Values] ProfileMode mode)
    {
        string good = await TestFiles.MakeAsync(s_rate, Seconds * 25);
        string bad = BadFiles.Make("header-only", good);
        Aired aired = await Watch(mode, [good, bad, good], Duration.FromSeconds(1), Duration.FromSeconds(20), lengths: [12, 2, 12]);
        AssertNumbers(aired, 1, 12, 0);
        AssertNumbers(aired, 14, 21, 14);
        AssertGrid(aired, mode, 2);
        Assert.That(aired.Log, Has.Exactly(1).Contains(bad));
    }

    [Test]
    public async Task File_of_another_kind_in_a_copied_channel_is_a_slate([Values("small", "mpeg4", "silent", "soundless")] string kind)
    {
        string good = await TestFiles.MakeAsync(s_rate, Seconds * 25);
        string other = kind switch
        {
            "small" => await TestFiles.MakeAsync(s_rate, Seconds * 25, 640, 360),
            "mpeg4" => MadeMedia.Make("other-mpeg4.mp4", $"-i {good} -c:v mpeg4 -c:a copy"),
            "silent" => MadeMedia.Make("other-silent.mp4", $"-i {good} -c copy -an"),
            _ => MadeMedia.Make("other-sound.mp4", $"-i {good} -c copy -vn"),
        };
        Aired aired = await Watch(ProfileMode.Copy, [good, other, good], Duration.FromSeconds(2), Duration.FromSeconds(28));
        AssertNumbers(aired, 2, 12, 0);
        AssertSlate(aired, 12, 24);
        AssertNumbers(aired, 24, 29, 24);
        Assert.That(aired.Log, Has.Some.Contains(other).And.Contains("the channel"));
    }

    [Test]
    public async Task Item_without_sound_or_picture_is_transcoded_with_silence_or_a_slate()
    {
        string good = await TestFiles.MakeAsync(s_rate, Seconds * 25);
        string silent = MadeMedia.Make("other-silent.mp4", $"-i {good} -c copy -an");
        string blind = MadeMedia.Make("other-sound.mp4", $"-i {good} -c copy -vn");
        Aired aired = await Watch(ProfileMode.Transcode, [silent, blind, good], Duration.FromSeconds(2), Duration.FromSeconds(26));
        AssertNumbers(aired, 2, 12, 0);
        AssertSlate(aired, 12, 24);
        AssertNumbers(aired, 24, 27, 24);
        AssertGrid(aired, ProfileMode.Transcode, 0);
        ReceivedSound sound = await ReceivedSound.ReadAsync(aired.Path);
        Assert.That(aired.At(sound.Span.From), Is.LessThan(2));
        Assert.That(aired.At(sound.Span.To), Is.GreaterThan(28));
        Assert.That(sound.Holes, Is.EqualTo(ClockTime.Zero));
        // The second item and the third one beep at each whole second. A beep is found to the sample, and its time is a whole tick of 11 µs.
        Assert.That(sound.Beeps.Select(aired.At), Is.EqualTo(Enumerable.Range(12, 17).Select(second => (double)second)).Within(0.0001));
        // Nothing is heard of the first item. AAC spreads the first beep over the frame of 21 ms before it.
        Assert.That(sound.PeakBefore(sound.Beeps[0] - ClockTime.FromMilliseconds(22)), Is.Zero);
        Assert.That(aired.Log, Is.Empty);
    }

    [Test]
    public async Task Leaving_during_a_slate_that_replaced_an_item_leaves_nothing([Values] ProfileMode mode)
    {
        string good = await TestFiles.MakeAsync(s_rate, Seconds * 25);
        Aired aired = await Watch(mode, [BadFiles.Truncated(good), good], Duration.FromSeconds(1), Duration.FromSeconds(6.5));
        // The slate begins at about 6 s, so the viewer leaves during it. The teardown checks that none of its buffers is left.
        Assert.That(aired.Frames[^1].Number, Is.EqualTo(-1), "the slate was on the air");
    }

    private static async Task<Aired> Watch(ProfileMode mode, string[] files, Duration join, Duration time, Action? meanwhile = null, int[]? lengths = null)
    {
        string good = files[^1];
        ChannelProfile profile = mode == ProfileMode.Copy ? ChannelProfile.Copy : ChannelProfile.Transcode(320, 180, s_rate);
        using var log = new RecordedLog();
        // The first item decides the formats of a copied channel. The test does not watch what airs before the viewer joins.
        var channel = new SimulatedChannel(s_start, profile, files.Select((file, i) => (file, lengths is null ? s_length : Duration.FromSeconds(lengths[i]))), loggerFactory: log);
        ClockTime start = channel.Line.Now;
        channel.Executor.RunFor(ClockTime.FromMilliseconds((long)join.TotalMilliseconds));
        channel.Join();
        channel.Watch(Duration.FromSeconds(1));
        meanwhile?.Invoke();
        channel.Watch(time - Duration.FromSeconds(1));
        channel.Dispose();
        Assert.That(channel.Manager.ProducerState, Is.EqualTo(ProducerState.Stopped));
        string path = channel.Save($"bad-{TestContext.CurrentContext.Test.ID}.ts");
        var frames = await ReceivedFrames.ReadAsync(path);
        // A PTS on the wire is the line's time modulo 2^33 ticks of 90 kHz.
        long wrap = ClockTime.FromUnits(1L << 33, new Rational(1, 90_000)).Nanoseconds;
        long zero = start.Nanoseconds % wrap;
        // The recording ends in the middle of a picture. Pictures that are shown after the viewer left may not be whole, so they are left
        // out.
        double end = (join + time).TotalSeconds;
        return new Aired(
            [.. frames.Select(frame => (Seconds: ToSeconds(frame.Pts), frame.Number)).Where(frame => frame.Seconds < end)],
            log.Lines,
            path,
            ToSeconds);

        double ToSeconds(ClockTime pts) => (((pts.Nanoseconds - zero + wrap + (wrap / 2)) % wrap) - (wrap / 2)) / 1e9;
    }

    /// <summary>
    /// Asserts the number of each frame between two times: the file began at <paramref name="began"/>, and one frame more or less is
    /// allowed. All times are in seconds.
    /// </summary>
    private static void AssertNumbers(Aired aired, double from, double to, double began)
    {
        var frames = aired.Between(from, to);
        Assert.That(frames, Has.Length.GreaterThan((to - from) * 25 - 5), $"{from} to {to}");
        foreach ((double time, long number) in frames)
        {
            Assert.That(number, Is.EqualTo((time - began) * 25).Within(1.01), $"at {time}");
        }
    }

    private static void AssertSlate(Aired aired, double from, double to)
    {
        var frames = aired.Between(from, to);
        Assert.That(frames, Has.Length.GreaterThan((to - from) * 25 - 5), $"{from} to {to}");
        Assert.That(frames.Select(frame => frame.Number), Is.All.EqualTo(-1), $"{from} to {to}");
    }

    /// <summary>
    /// Asserts that each frame is later than the one before: by one frame in a transcoded channel, by at most one frame and
    /// <paramref name="hole"/> seconds in a copied channel.
    /// </summary>
    private static void AssertGrid(Aired aired, ProfileMode mode, double hole)
    {
        double[] steps = [.. aired.Frames.Zip(aired.Frames.Skip(1), (a, b) => b.Time - a.Time)];
        // One frame is 40 ms. Times on the wire are whole ticks of 11 µs, so a step is not exactly that; 1 ms is allowed.
        Assert.That(steps, Is.All.GreaterThan(0.039));
        Assert.That(steps.Max(), Is.LessThan(mode == ProfileMode.Copy ? 0.041 + hole : 0.041));
    }

    /// <param name="Frames">The pictures, each with its time in seconds since the schedule's start.</param>
    /// <param name="Log">The warnings and errors.</param>
    /// <param name="Path">The recorded stream.</param>
    /// <param name="At">Returns the seconds since the schedule's start at a time of the stream.</param>
    private sealed record Aired((double Time, long Number)[] Frames, IReadOnlyCollection<string> Log, string Path, Func<ClockTime, double> At)
    {
        public (double Time, long Number)[] Between(double from, double to) =>
            [.. Frames.Where(frame => frame.Time > from - 0.001 && frame.Time < to - 0.001)];
    }
}
