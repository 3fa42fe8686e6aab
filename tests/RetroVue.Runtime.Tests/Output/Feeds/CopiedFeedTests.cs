using NodaTime;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Tests.Output.AnyInput;
using Duration = NodaTime.Duration;

namespace RetroVue.Runtime.Tests.Output.Feeds;

/// <summary>
/// In a copied channel, one producer takes over from another and gives way to a third, whatever the producer off the air does.
/// </summary>
public sealed class CopiedFeedTests
{
    private const char Normal = 'A';
    private const char Other = 'B';
    private const int Frame = 40;

    private static readonly ClockTime s_soundStep = ClockTime.FromUnits(1, new Rational(1152, 48_000));

    // If sound follows within a millisecond, it is sent with the time at which the sound before it ends. So a time may be off by a
    // millisecond and a tick.
    private static readonly ClockTime s_soundSlack = ClockTime.FromMilliseconds(1) + ClockTime.FromNanoseconds(11_112);

    // Times are rounded to ticks of 90 kHz.
    private static readonly ClockTime s_tick = ClockTime.FromNanoseconds(11_112);

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public void Feed_takes_over_at_its_time_and_gives_way_at_the_next_ones() => RandomCases.Run(40, CheckCase);

    [Test]
    [Category("Soak")]
    public void Ten_thousand_switches_of_feeds() => RandomCases.Run(10_000, CheckCase);

    // An item of the normal channel begins 55 ms before the switch. Its format came after the other producer's pictures had begun.
    [Test]
    public void Item_that_begins_as_the_feed_ends_is_not_in_the_middle_of_the_next_one() => RandomCases.Repeat(108_009_672, CheckCase);

    [Test]
    public void Picture_that_says_it_is_shown_much_later_holds_up_no_switch()
    {
        using var scene = new CopiedScene();
        MediaScript film = Film(25, 2, 60);
        MediaScript wrong = film with
        {
            Packets = [.. film.Packets.Select(packet => packet is { Kind: MediaKind.Video, Number: 101 } ? packet with { Pts = packet.Pts + ClockTime.FromSeconds(20) } : packet)],
        };
        (_, ChannelFeed normal) = scene.Prepare(Plan(CopiedScene.Start, [Duration.FromSeconds(60)]), CopiedScene.Start, _ => (wrong, Normal));
        scene.Begin(normal);
        scene.WatchUntil(scene.Line.At(CopiedScene.Start) + ClockTime.FromSeconds(5));
        ClockTime at = scene.Line.Now + ClockTime.FromSeconds(2);
        (_, ChannelFeed other) = scene.Prepare(Plan(scene.Line.ToInstant(at), [Duration.FromSeconds(60)]), scene.Line.ToInstant(at), _ => (film, Other));
        // The lead has grown to its limit: a picture's time counts only up to that.
        Assert.That(scene.Output.SwitchLead, Is.EqualTo(ClockTime.FromMilliseconds(1540)));
        Assert.That(scene.Output.SwitchAt(other, scene.Line.ToInstant(at)), Is.True);
        scene.WatchUntil(at + ClockTime.FromSeconds(1));
        Assert.That((Pictures(scene, Other)[0] - at).Abs(), Is.LessThan(s_tick));
        Assert.That(Pictures(scene, Normal).Count(pts => pts < at), Is.GreaterThan((7 * 25) - 4));
    }

    [Test]
    public void Hundred_channels_change_hands_at_one_instant()
    {
        const int channels = 100;
        var executor = new SimulatedExecutor(ClockTime.FromSeconds(10));
        CopiedScene[] scenes = [.. Enumerable.Range(0, channels).Select(_ => new CopiedScene(executor))];
        MediaScript other = Film(25, 2, 60);
        for (int i = 0; i < channels; i++)
        {
            // Each channel has another length of group and another number of B-frames.
            MediaScript film = Film(1 + (i % 49), i % 4, 60);
            (_, ChannelFeed normal) = scenes[i].Prepare(Plan(CopiedScene.Start, [Duration.FromSeconds(60)]), CopiedScene.Start, _ => (film, Normal));
            scenes[i].Begin(normal);
        }

        ClockTime start = scenes[0].Line.Now;
        WatchUntil(start + ClockTime.FromSeconds(4));
        // The instant is late enough for all channels.
        ClockTime at = scenes[0].Line.Now + scenes.Max(scene => scene.Output.SwitchLead);
        Assert.That(at - scenes[0].Line.Now, Is.EqualTo(ClockTime.FromMilliseconds(700)));
        ChannelFeed[] feeds = [.. scenes.Select(scene =>
            scene.Prepare(Plan(scene.Line.ToInstant(at), [Duration.FromSeconds(60)]), scene.Line.ToInstant(at), _ => (other, Other)).Feed)];
        Assert.That(scenes.Zip(feeds, (scene, feed) => scene.Output.SwitchAt(feed, scene.Line.ToInstant(at))), Is.All.True);
        WatchUntil(at + ClockTime.FromSeconds(3));
        for (int i = 0; i < channels; i++)
        {
            Assert.That((Pictures(scenes[i], Other)[0] - at).Abs(), Is.LessThan(s_tick), $"channel {i}");
            ClockTime[] before = Pictures(scenes[i], Normal);
            Assert.That(before.Max(), Is.InRange(at - ClockTime.FromMilliseconds((4 * Frame) + 1), at), $"channel {i}");
            Assert.That(scenes[i].Output.LatePackets, Is.Zero, $"channel {i}");
            scenes[i].Dispose();
        }

        void WatchUntil(ClockTime time)
        {
            while (scenes[0].Line.Now < time)
            {
                executor.RunFor(ClockTime.FromMilliseconds(80));
                Array.ForEach(scenes, scene => scene.Take());
            }
        }
    }

    [Test]
    public void Switch_nearer_than_the_lead_is_refused_and_changes_nothing()
    {
        using var scene = new CopiedScene();
        PlayoutPlan plan = Plan(CopiedScene.Start, [Duration.FromSeconds(60)]);
        MediaScript film = Film(25, 2, 60);
        (_, ChannelFeed normal) = scene.Prepare(plan, CopiedScene.Start, _ => (film, Normal));
        scene.Begin(normal);
        scene.WatchUntil(scene.Line.At(CopiedScene.Start) + ClockTime.FromSeconds(5));
        (_, ChannelFeed other) = scene.Prepare(plan, scene.Line.ToInstant(scene.Line.Now), _ => (film, Other));
        // Pictures are decoded up to four pictures (0.16 s) before they are shown, and the output works 0.54 s ahead.
        Assert.That(scene.Output.SwitchLead, Is.EqualTo(ClockTime.FromMilliseconds(700)));
        Assert.That(scene.Output.SwitchAt(other, scene.Line.ToInstant(scene.Line.Now + ClockTime.FromMilliseconds(699))), Is.False);
        scene.WatchUntil(scene.Line.Now + ClockTime.FromSeconds(3));
        Assert.That(Sent(scene).Any(sent => sent.Mark.Item == Other), Is.False);
        Assert.That(scene.Output.SwitchAt(other, scene.Line.ToInstant(scene.Line.Now + ClockTime.FromMilliseconds(700))), Is.True);
        Assert.That(() => scene.Output.SwitchAt(normal, scene.Line.ToInstant(scene.Line.Now + ClockTime.FromSeconds(5))), Throws.InvalidOperationException, "It is on the air.");
    }

    [Test]
    public void Switch_that_is_revoked_in_time_leaves_no_trace([Values(10, 700, 1500)] int before)
    {
        using var scene = new CopiedScene();
        PlayoutPlan plan = Plan(CopiedScene.Start, [Duration.FromSeconds(60)]);
        MediaScript film = Film(25, 2, 60);
        (NormalProducer producer, ChannelFeed normal) = scene.Prepare(plan, CopiedScene.Start, _ => (film, Normal));
        scene.Begin(normal);
        scene.WatchUntil(scene.Line.At(CopiedScene.Start) + ClockTime.FromSeconds(5));
        ClockTime at = scene.Line.Now + ClockTime.FromSeconds(3);
        (_, ChannelFeed other) = scene.Prepare(Plan(scene.Line.ToInstant(at), [Duration.FromSeconds(60)]), scene.Line.ToInstant(at), _ => (film, Other));
        Assert.That(scene.Output.SwitchAt(other, scene.Line.ToInstant(at)), Is.True);
        scene.WatchUntil(at - ClockTime.FromMilliseconds(before));
        bool isRevoked = scene.Output.Revoke(other);
        Assert.That(isRevoked, Is.EqualTo(before >= 700));
        scene.WatchUntil(at + ClockTime.FromSeconds(3));
        // At the end of the recording, pictures may be missing that are shown before the last ones.
        ClockTime[] pictures = [.. Pictures(scene, Normal).Where(pts => pts < at + ClockTime.FromSeconds(2)).Order()];
        Assert.That(pictures.Zip(pictures.Skip(1), (one, next) => next - one).Max(), Is.LessThanOrEqualTo(ClockTime.FromMilliseconds(Frame) + s_tick));
        Assert.That(pictures[^1] > at, Is.EqualTo(isRevoked));
        Assert.That(Pictures(scene, Other), isRevoked ? Is.Empty : Is.Not.Empty);
        Assert.That(producer.Health, Is.EqualTo(ProducerHealth.Running));
    }

    private static void CheckCase(Random random)
    {
        (int group, int between) = (random.Next(1, 50), random.Next(4));
        // Some of the normal channel's items end too early, and some last little longer than a switch takes.
        Duration[] lengths = [.. Enumerable.Range(0, 20).Select(_ => Duration.FromMilliseconds(random.Next(1500, 9000)))];
        bool[] isCut = [.. lengths.Select(_ => random.Next(3) == 0)];
        PlayoutPlan plan = Plan(CopiedScene.Start, lengths);
        MediaScript film = Film(group, between, 90);
        int stops = random.Next(4);
        using var scene = new CopiedScene();
        (NormalProducer producer, ChannelFeed normal) = scene.Prepare(plan, CopiedScene.Start, Files);
        scene.Begin(normal);
        scene.WatchUntil(scene.Line.At(CopiedScene.Start) + ClockTime.FromMilliseconds(random.Next(3000, 15_000)));

        ClockTime at = scene.Line.Now + scene.Output.SwitchLead + ClockTime.FromNanoseconds(random.NextInt64(1, 4_000_000_000));
        (_, ChannelFeed other) = scene.Prepare(Plan(scene.Line.ToInstant(at), [Duration.FromSeconds(60)]), scene.Line.ToInstant(at), _ => (film, Other));
        Assert.That(scene.Output.SwitchAt(other, scene.Line.ToInstant(at)), Is.True);
        if (stops == 1)
        {
            scene.Complete(producer.StopAsync());
        }

        scene.WatchUntil(at + ClockTime.FromMilliseconds(200));
        Assert.That(normal.Displaced.IsCompleted);
        int lines = scene.Log.Lines.Count;
        scene.WatchUntil(at + ClockTime.FromMilliseconds(random.Next(1000, 6000)));
        if (stops == 2)
        {
            scene.Complete(producer.DisposeAsync().AsTask());
        }

        scene.WatchUntil(scene.Line.Now + ClockTime.FromMilliseconds(random.Next(0, 3000)));
        Assert.That(scene.Log.Lines.Skip(lines), Is.Empty, "a producer off the air logs nothing");
        ClockTime back = scene.Line.Now + scene.Output.SwitchLead + ClockTime.FromNanoseconds(random.NextInt64(1, 4_000_000_000));
        (_, ChannelFeed again) = scene.Prepare(new PlayoutPlan([.. plan.Entries.Where(entry => entry.End > scene.Line.ToInstant(back))]), scene.Line.ToInstant(back), Files);
        Assert.That(scene.Output.SwitchAt(again, scene.Line.ToInstant(back)), Is.True);
        scene.WatchUntil(back + ClockTime.FromSeconds(4));
        string what = $"groups of {group}, {between} between, switched at {at}, and back at {back}, {stops}";
        AssertInOrder(scene, what);
        foreach ((MediaKind kind, ClockTime pts, Mark mark) in Sent(scene))
        {
            // Near the switch, a packet may belong to either producer.
            ClockTime near = kind == MediaKind.Video ? s_tick * 2 : s_soundSlack;
            if ((pts - at).Abs() <= near || (pts - back).Abs() <= near)
            {
                continue;
            }

            bool isOther = pts >= at && pts < back;
            Assert.That(mark.Item == Other, Is.EqualTo(isOther), $"{what}: {kind} at {pts} is of {mark}");
        }

        AssertWhole(scene, at, back, between, what);
        AssertEntered(scene, plan, back, group, isCut, what);

        (MediaScript Script, char Item) Files(PlayoutEntry entry)
        {
            int index = plan.Entries.TakeWhile(each => each.Start < entry.Start).Count();
            return (isCut[index] ? Film(group, between, ((entry.End - entry.Start) * 0.6).TotalSeconds) : film, Normal);
        }
    }

    /// <summary>Asserts that all packets are decoded in order and before they are shown, and that none was late.</summary>
    private static void AssertInOrder(CopiedScene scene, string what)
    {
        foreach (IGrouping<MediaKind, SentPes> stream in scene.Sent.GroupBy(pes => pes.Kind))
        {
            Assert.That(stream.Select(pes => pes.Dts), Is.Ordered.And.Unique, what);
            Assert.That(stream.Where(pes => pes.Dts > pes.Pts), Is.Empty, what);
        }

        Assert.That(scene.Output.LatePackets, Is.Zero, what);
    }

    /// <summary>
    /// Asserts that all of the other producer's pictures are there at their times, except for those at the end that need pictures after the
    /// switch back.
    /// </summary>
    private static void AssertWhole(CopiedScene scene, ClockTime at, ClockTime back, int between, string what)
    {
        ClockTime[] shown = [.. Pictures(scene, Other).Order()];
        int whole = (int)((back - at).Nanoseconds / (Frame * 1_000_000L)) + 1;
        // The last picture may be due within a tick of the switch.
        Assert.That(shown, Has.Length.InRange(whole - between - 1, whole), what);
        for (int i = 0; i < shown.Length; i++)
        {
            Assert.That((shown[i] - at - ClockTime.FromMilliseconds(Frame * i)).Abs(), Is.LessThan(s_tick), $"{what}: picture {i}");
        }

        ClockTime heard = Sent(scene).First(sent => sent.Kind == MediaKind.Audio && sent.Mark.Item == Other).Pts;
        Assert.That((heard - at).Abs(), Is.LessThanOrEqualTo(s_soundSlack), $"{what}: sound");
    }

    /// <summary>
    /// Asserts that the producer that comes back begins with its first key frame at the switch or after it, if its file is not over by
    /// then.
    /// </summary>
    private static void AssertEntered(CopiedScene scene, PlayoutPlan plan, ClockTime back, int group, bool[] isCut, string what)
    {
        PlayoutEntry entry = plan.At(scene.Line.ToInstant(back))!.Value.Entry;
        int index = plan.Entries.TakeWhile(each => each.Start < entry.Start).Count();
        long step = group * Frame * 1_000_000L;
        ClockTime start = scene.Line.At(entry.Start);
        ClockTime key = start + ClockTime.FromNanoseconds(((back - start).Nanoseconds + step - 1) / step * step);
        ClockTime[] shown = [.. Pictures(scene, Normal).Where(pts => pts >= back - s_tick)];
        if (!isCut[index] && scene.Line.At(entry.End) - key > ClockTime.FromSeconds(1))
        {
            Assert.That((shown[0] - key).Abs(), Is.LessThan(s_tick), $"{what}: entered at {shown[0]} instead of {key}");
        }
    }

    private static ClockTime[] Pictures(CopiedScene scene, char item) =>
        [.. Sent(scene).Where(sent => sent.Kind == MediaKind.Video && sent.Mark.Item == item).Select(sent => sent.Pts)];

    /// <summary>Returns every picture and every packet of sound. Several packets of sound may be sent with one time.</summary>
    private static IEnumerable<(MediaKind Kind, ClockTime Pts, Mark Mark)> Sent(CopiedScene scene) =>
        scene.Sent.SelectMany(pes => pes.Marks.Select((mark, i) => (pes.Kind, pes.Pts + (s_soundStep * i), mark)));

    private static MediaScript Film(int group, int between, double seconds)
    {
        var length = ClockTime.FromNanoseconds((long)(seconds * 1e9));
        return MediaScript.Shown(
            [.. Enumerable.Range(0, (int)(seconds * 1000 / Frame)).Select(i => ClockTime.FromMilliseconds(Frame * i))],
            length, group, between, s_soundStep);
    }

    private static PlayoutPlan Plan(Instant start, Duration[] lengths)
    {
        List<PlayoutEntry> entries = [];
        foreach (Duration length in lengths)
        {
            entries.Add(new PlayoutEntry(EntryKind.Programme, start, start + length, "film", "film", Duration.Zero));
            start += length;
        }

        return new PlayoutPlan([.. entries]);
    }
}
