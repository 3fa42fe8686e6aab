using NodaTime;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Tests.Channels;
using RetroVue.Runtime.Tests.Output.AnyInput;
using RetroVue.Runtime.Tests.Output.Feeds;

namespace RetroVue.Runtime.Tests.Producers;

/// <summary>The plan of a producer on the air is replaced. The channel airs what the new plan says, to the frame.</summary>
public sealed class ReplacedPlanTests
{
    private const int Frame = 40;

    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 1, 12, 0);
    private static readonly Rational s_rate = new(25, 1);

    // The producer opens the next entry when an entry begins, so a shorter entry would be too short for that.
    private static readonly Duration s_shortest = Duration.FromSeconds(2);

    // Times are rounded to ticks of 90 kHz.
    private static readonly ClockTime s_tick = ClockTime.FromNanoseconds(11_112);
    private static readonly ClockTime s_soundStep = ClockTime.FromUnits(1, new Rational(1152, 48_000));

    private RecordedLog _log = null!;
    private NumberedChannel _watched = null!;
    private string _film = "";
    private string _message = "";

    [SetUp]
    public async Task MakeAsync()
    {
        _film = await TestFiles.MakeAsync(s_rate, 25 * 60);
        _message = await TestFiles.MakeAsync(s_rate, 25 * 30);
        _log = new RecordedLog();
    }

    [TearDown]
    public void NothingIsLeft()
    {
        _log.Dispose();
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public async Task Entry_on_the_air_ends_at_the_instant_and_another_begins([Values] ProfileMode mode)
    {
        Watch(mode, 4);
        Assert.That(Replace(10, Entry(_film, 0, 10), Entry(_message, 10, 30), Entry(_film, 30, 90)), Is.True);
        _watched.Watch(36);
        await _watched.EndAsync();
        // In a copied film, two of the last pictures may be missing: B-frames that are decoded after a picture that is shown later.
        double missing = mode == ProfileMode.Copy ? 0.08 : 0;
        _watched.AssertNumbers(4, 10 - missing - 0.001, 0);
        _watched.AssertEach(10, 30 - missing, (time, number) => number == (long)Math.Round((time - 10) * 25), "message");
        _watched.AssertEach(30, 35, (time, number) => number == (long)Math.Round((time - 30) * 25), "film again");
        Assert.That(_log.Lines, Is.Empty);
    }

    [Test]
    public async Task Entry_that_is_the_same_goes_on_without_a_break([Values] ProfileMode mode)
    {
        byte[] alone = await ReceivedAsync(mode, () => { });
        byte[] replaced = await ReceivedAsync(mode, () => Assert.That(Replace(10, OnAir(), Entry(_message, 60, 90)), Is.True));
        Assert.That(replaced.AsSpan().SequenceEqual(alone), Is.True);
    }

    [Test]
    public async Task Entry_that_airs_longer_than_it_was_to_does_so_without_a_seam([Values] ProfileMode mode)
    {
        byte[] alone = await ReceivedAsync(mode, () => { });
        byte[] replaced = await ReceivedAsync(mode, () => Assert.That(Replace(10, OnAir().Until(At(60)), Entry(_message, 60, 90)), Is.True), 12);
        Assert.That(replaced.AsSpan().SequenceEqual(alone), Is.True);
    }

    [Test]
    public async Task Slate_that_airs_longer_than_it_was_to_goes_on_as_another_slate([Values] ProfileMode mode)
    {
        _watched = new NumberedChannel(s_start, mode, [("/nonexistent.mp4", 12), (_film, 60)], _log, formatsOf: _film);
        _watched.Watch(4);
        Assert.That(Replace(10, OnAir().Until(At(20)), Entry(_film, 20, 80)), Is.True);
        _watched.Watch(26);
        await _watched.EndAsync();
        // The still stays until the next slate is there. In a copied channel, that slate is encoded after the first one has ended.
        _watched.AssertSlate(4, 11.9);
        _watched.AssertSlate(12.6, 19.8);
        _watched.AssertGrid(0.6);
        _watched.AssertEach(20, 25, (time, number) => number == (long)Math.Round((time - 20) * 25), "the film");
        Assert.That(_log.Lines.Where(line => !line.Contains("nonexistent", StringComparison.Ordinal)), Is.Empty);
    }

    // A copied film cannot be shown before its next key frame; there is one every two seconds.
    [Test]
    public async Task Entry_airs_longer_than_it_was_to_and_one_that_has_begun_airs_from_its_middle([Values] ProfileMode mode)
    {
        Watch(mode, 4, 20);
        Assert.That(Replace(12, OnAir().Until(At(30)), Entry(_message, 26, 50).From(At(30))), Is.True);
        _watched.Watch(40);
        await _watched.EndAsync();
        double missing = mode == ProfileMode.Copy ? 0.08 : 0;
        _watched.AssertNumbers(4, 20 - missing - 0.001, 0);
        _watched.AssertEach(20, 30 - missing, (time, number) => number == (long)Math.Round(time * 25), "longer");
        _watched.AssertEach(30, 39, (time, number) => number == (long)Math.Round((time - 26) * 25), "from its middle");
        Assert.That(_log.Lines, Is.Empty);
    }

    [Test]
    public async Task Instant_nearer_than_an_entry_is_opened_is_refused()
    {
        Watch(ProfileMode.Copy, 4, 20);
        Assert.That(_watched.Channel.Manager.OnAir.Producer!.PrepareLead, Is.EqualTo(ClockTime.FromSeconds(5)));
        Assert.That(Replace(8.999, Entry(_message, 0, 60)), Is.False);
        _watched.Watch(16);
        Assert.That(Replace(21.9, Entry(_message, 0, 60)), Is.False, "The next entry could not be opened in time.");
        Assert.That(Replace(22, Entry(_message, 0, 60)), Is.True);
        _watched.Watch(30);
        await _watched.EndAsync();
        _watched.AssertNumbers(4, 19.9, 0);
        // The entry had been opened. Two seconds of it are left.
        _watched.AssertEach(20, 21.92, (time, number) => number == (long)Math.Round((time - 20) * 25), "what had been opened");
        _watched.AssertEach(22, 29, (time, number) => number == (long)Math.Round(time * 25), "the message");
    }

    [Test]
    public void Any_plans_replaced_at_any_time_air_to_the_frame() => RandomCases.Run(40, CheckCase);

    [Test]
    [Category("Soak")]
    public void Five_thousand_channels_whose_plans_are_replaced() => RandomCases.Run(5000, CheckCase);

    private static void CheckCase(Random random)
    {
        (int group, int between) = (random.Next(1, 50), random.Next(4));
        MediaScript film = MediaScript.Shown(
            [.. Enumerable.Range(0, 3000).Select(i => ClockTime.FromMilliseconds(Frame * i))], ClockTime.FromSeconds(120), group, between, s_soundStep);
        using var scene = new CopiedScene();
        List<(ClockTime From, PlayoutPlan Plan)> plans = [(scene.Line.At(CopiedScene.Start), AnyPlan(random, CopiedScene.Start))];
        (NormalProducer producer, ChannelFeed feed) = scene.Prepare(plans[0].Plan, CopiedScene.Start, entry => (film, entry.File![0]));
        scene.Begin(feed);
        ClockTime start = scene.Line.At(CopiedScene.Start);
        for (int i = 0; i < 4; i++)
        {
            scene.WatchUntil(scene.Line.Now + ClockTime.FromMilliseconds(random.Next(1, 12_000)));
            Instant from = scene.Line.ToInstant(scene.Line.Now + producer.PrepareLead + ClockTime.FromMilliseconds(random.Next(0, 12_000)));
            // The new plan often has the same entry at that time.
            PlayoutPlan before = plans[^1].Plan;
            Instant begin = random.Next(2) == 0 && before.At(from) is { } airing ? airing.Entry.Start : from - Duration.FromMilliseconds(random.Next(0, 5000));
            PlayoutPlan plan = AnyPlan(random, begin, before.At(from)?.Entry);
            // If a part is too short, the next entry cannot be opened in time and some pictures may be missing. So such plans are left out.
            Instant[] begun = [EntryAt(from).Start, .. plans.Select(earlier => scene.Line.ToInstant(earlier.From))];
            bool isTooShort = begun.Any(begin => begin < from && begin + s_shortest > from) || plan.At(from)!.Value.Remaining < s_shortest;
            if (!isTooShort && producer.ReplacePlan(plan, from))
            {
                plans.Add((scene.Line.At(from), plan));
            }
        }

        scene.WatchUntil(scene.Line.Now + ClockTime.FromSeconds(25));
        string what = $"groups of {group}, {between} between, {string.Join(", ", plans.Skip(1).Select(plan => plan.From - start))}";
        Assert.That(scene.Output.LatePackets, Is.Zero, what);
        Assert.That(scene.Log.Lines, Is.Empty, what);
        var shown = scene.Sent.Where(pes => pes.Kind == MediaKind.Video).Select(pes => (pes.Pts, Mark: pes.Marks.Single())).OrderBy(pes => pes.Pts).ToList();
        foreach ((ClockTime pts, Mark mark) in shown)
        {
            // Within a tick of a change, a picture may be of either entry.
            PlayoutEntry[] right = [.. new[] { ClockTime.Max(pts - s_tick, start), pts + s_tick }.Select(time => EntryAt(scene.Line.ToInstant(time)))];
            Assert.That(right.Any(entry => entry.File![0] == mark.Item && Number(entry, pts) is var number && Math.Abs(number - mark.Number) < 0.01), Is.True, $"{what}: {mark} at {pts - start}");
        }

        AssertReported(scene, [.. shown.Select(pes => (pes.Pts, pes.Mark.Item))], what);
        // Pictures may be missing only before the first key frame of an entry that begins in its middle, and at the end of an entry before
        // a change.
        double mostHole = ((group + between + 2) * Frame) + 1;
        Assert.That(shown.Zip(shown.Skip(1), (one, next) => (next.Pts - one.Pts).Nanoseconds / 1e6).Max(), Is.LessThan(mostHole), what);

        PlayoutEntry EntryAt(Instant at) => plans.Last(plan => scene.Line.At(at) >= plan.From && plan.Plan.At(at) is not null).Plan.At(at)!.Value.Entry;

        double Number(PlayoutEntry entry, ClockTime pts) => ((entry.Offset.TotalMilliseconds * 1e6) + (pts - scene.Line.At(entry.Start)).Nanoseconds) / (Frame * 1e6);
    }

    /// <summary>Asserts that the output has reported each picture as a picture of the entry whose mark it carries.</summary>
    private static void AssertReported(CopiedScene scene, List<(ClockTime Pts, char Item)> shown, string what)
    {
        scene.Complete(scene.Output.DisposeAsync().AsTask());
        List<AiringReport> reports = [];
        while (scene.Output.Airings.TryRead(out AiringReport? report))
        {
            reports.Add(report);
        }

        AiringReport[] airings = [.. reports.GroupBy(report => report.Number).Select(ofOne => ofOne.Last())];
        int found = 0;
        foreach (AiringReport airing in airings)
        {
            // The last pictures were written but not sent yet, and some of them are shown before pictures that were sent.
            var own = shown.Where(picture => picture.Pts > airing.FirstPts - s_tick && picture.Pts < airing.LastPts + s_tick).ToList();
            Assert.That(own.Select(picture => picture.Item), Is.All.EqualTo(airing.Tag!.Entry.File![0]), $"{what}: {airing}");
            Assert.That(own, Has.Count.EqualTo(airing.Pictures.Packets).Or.Matches<object>(_ => airing.LastPts > shown[^1].Pts - ClockTime.FromMilliseconds(200)), $"{what}: {airing}");
            found += own.Count;
        }

        Assert.That(found, Is.EqualTo(shown.Count), $"{what}: each is of one airing");
    }

    private static PlayoutPlan AnyPlan(Random random, Instant at, PlayoutEntry? first = null)
    {
        List<PlayoutEntry> entries = [];
        for (Instant until = at + Duration.FromSeconds(120); at < until; at = entries[^1].End)
        {
            char file = (char)('A' + random.Next(3));
            Duration length = Duration.FromMilliseconds(random.Next(8000, 20_000));
            entries.Add(first is not null && first.Start == at
                ? first.Until(random.Next(2) == 0 ? first.End : at + length)
                : new PlayoutEntry(EntryKind.Programme, at, at + length, $"{file}", $"{file}", Duration.Zero));
        }

        return new PlayoutPlan([.. entries]);
    }

    private void Watch(ProfileMode mode, double until, double length = 60)
    {
        _watched = new NumberedChannel(s_start, mode, [(_film, length)], _log);
        _watched.Watch(until);
    }

    private async Task<byte[]> ReceivedAsync(ProfileMode mode, Action replace, double length = 60)
    {
        Watch(mode, 4, length);
        replace();
        _watched.Watch(16);
        await _watched.EndAsync();
        return _watched.Channel.Received;
    }

    private bool Replace(double from, params PlayoutEntry[] entries)
    {
        bool isReplaced = false;
        _watched.Channel.Do(() => isReplaced = _watched.Channel.Manager.OnAir.Producer!.ReplacePlan(new PlayoutPlan([.. entries]), At(from)));
        return isReplaced;
    }

    /// <summary>Returns the entry on the air, with its id of the schedule.</summary>
    private PlayoutEntry OnAir() => _watched.Channel.Manager.Now.Entry;

    private static Instant At(double seconds) => s_start + Duration.FromSeconds(seconds);

    private static PlayoutEntry Entry(string file, double from, double to) =>
        new(EntryKind.Programme, At(from), At(to), Path.GetFileNameWithoutExtension(file), file, Duration.Zero);
}
