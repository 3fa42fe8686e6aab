using NodaTime;
using RetroVue.Media.Formats;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Output;

/// <summary>The reports on what an output writes.</summary>
public sealed class AiringLogTests
{
    private static readonly Guid s_run = Guid.Parse("7e57ab1e-0000-4000-8000-000000000002");

    private readonly ControllableClock _clock = new();

    [Test]
    public void Airing_is_reported_as_it_begins_each_second_and_as_it_has_ended()
    {
        AiringLog log = Create();
        ItemTag first = Tag("a"), second = Tag("b");
        Write(log, 0, 3, _ => first);
        Write(log, 3, 6, _ => second);
        log.Close();
        AiringReport[] reports = Read(log);
        Assert.That(reports.Select(report => report.Sequence), Is.EqualTo(Enumerable.Range(0, reports.Length)));
        Assert.That(reports.Select(report => (report.Tag!.Entry.File, report.End)), Is.EqualTo([
            ("a", AiringEnd.None), ("a", AiringEnd.None), ("a", AiringEnd.None),
            ("b", AiringEnd.None), ("b", AiringEnd.None), ("a", AiringEnd.Followed), ("b", AiringEnd.None), ("b", AiringEnd.None), ("b", AiringEnd.OffAir)]));
        AiringReport ended = reports.Single(report => report.End == AiringEnd.Followed);
        Assert.That((ended.FirstPts, ended.LastPts, ended.Pictures.Packets, ended.Sound.Packets), Is.EqualTo((Ms(0), Ms(2960), 75, 75)));
        Assert.That(reports[^1].Previous, Is.EqualTo(ended), "the report repeats the previous end");
        Assert.That(reports.Select(report => report.Id).Distinct().Count(), Is.EqualTo(2));
        Assert.That(reports.Select(report => report.Run), Is.All.EqualTo(s_run));
        Assert.That(log.Reports.Completion.IsCompletedSuccessfully);
    }

    [Test]
    public void End_says_whether_it_failed_or_another_producer_took_over()
    {
        AiringLog log = Create();
        ItemTag[] tags = [Tag("a"), Tag("slate"), Tag("emergency", "other"), Tag("a")];
        tags[0].Fail("The file ends there.");
        Write(log, 0, 12, second => tags[(int)second / 3]);
        log.Close();
        AiringReport[] ends = [.. Read(log).Where(report => report.End != AiringEnd.None)];
        Assert.That(ends.Select(report => report.End), Is.EqualTo([AiringEnd.Failed, AiringEnd.Displaced, AiringEnd.Displaced, AiringEnd.OffAir]));
        Assert.That(ends[0].Id, Is.Not.EqualTo(ends[3].Id), "One entry that airs twice has two airings.");
    }

    // The item's sound is two seconds longer than its pictures, and the next item's sound begins two seconds later.
    [Test]
    public void Airing_ends_when_its_last_stream_has_gone_on()
    {
        AiringLog log = Create();
        ItemTag first = Tag("a"), second = Tag("b");
        for (int time = 0; time < 8000; time += 40)
        {
            log.Note(MediaKind.Video, time < 3000 ? first : second, Ms(time));
            log.Note(MediaKind.Audio, time < 5000 ? first : second, Ms(time));
            log.Advance(Ms(time));
        }

        AiringReport ended = Read(log).Single(report => report.End != AiringEnd.None);
        Assert.That((ended.Tag, ended.Pictures.Last, ended.Sound.Last), Is.EqualTo((first, Ms(2960), Ms(4960))));
        Assert.That((ended.FirstPts, ended.LastPts), Is.EqualTo((Ms(0), Ms(2960))), "the times are those of the pictures");
    }

    [Test]
    public void Silence_beside_pictures_is_no_airing_and_silence_alone_is()
    {
        foreach (bool hasPictures in new[] { true, false })
        {
            AiringLog log = new(s_run, new ChannelLine(_clock, NodaConstants.UnixEpoch), hasPictures);
            log.Note(MediaKind.Audio, null, Ms(0));
            log.Close();
            Assert.That(Read(log).Length, Is.EqualTo(hasPictures ? 0 : 2));
        }
    }

    // If nobody reads for some time, the newest reports are kept and the writer does not wait.
    [Test]
    public void Reports_that_nobody_reads_go_oldest_first()
    {
        AiringLog log = Create();
        ItemTag tag = Tag("a");
        Write(log, 0, 5000, _ => tag);
        AiringReport[] reports = Read(log);
        Assert.That(reports, Has.Length.EqualTo(AiringLog.MostReports));
        Assert.That(reports[^1].Pictures.Packets, Is.GreaterThan(24 * 5000));
        Assert.That(reports[0].Sequence, Is.EqualTo(reports[^1].Sequence - AiringLog.MostReports + 1));
    }

    // The streams come in any order in which a pump can take them. The reports of each item agree with the packets that were written of it.
    [Test]
    public void Any_items_are_reported_as_they_were_written() => RandomCases.Run(200, random =>
    {
        AiringLog log = Create();
        Dictionary<ItemTag, List<ClockTime>> pictures = [], sound = [];
        ItemTag[] items = [.. Enumerable.Range(0, random.Next(1, 12)).Select(i => Tag($"{i}"))];
        int[] ends = [.. items.Select((_, i) => (i + 1) * 6000 + random.Next(-2000, 2000))];
        int lag = random.Next(-900, 900);
        for (int time = 0; time < ends[^1]; time += 40)
        {
            Note(MediaKind.Video, time, pictures);
            Note(MediaKind.Audio, time + lag, sound);
            log.Advance(Ms(time));
        }

        log.Close();
        AiringReport[] last = [.. Read(log).GroupBy(report => report.Number).Select(reports => reports.Last())];
        Assert.That(last.Select(report => report.Tag), Is.EqualTo(items));
        foreach (AiringReport report in last)
        {
            Assert.That(report.End, Is.Not.EqualTo(AiringEnd.None));
            foreach ((AiredSpan span, List<ClockTime> right) in new[] { (report.Pictures, pictures[report.Tag!]), (report.Sound, sound.GetValueOrDefault(report.Tag!, [])) })
            {
                Assert.That(span, Is.EqualTo(right.Count == 0 ? AiredSpan.None : new AiredSpan(right.Min(), right.Max(), right.Count)));
            }
        }

        void Note(MediaKind kind, int time, Dictionary<ItemTag, List<ClockTime>> written)
        {
            int index = Array.FindIndex(ends, end => time < end);
            if (index >= 0)
            {
                // As with B-frames, the pictures are not in the order in which they are shown.
                ClockTime pts = Ms(time + (kind == MediaKind.Video ? random.Next(0, 3) * 40 : 0));
                log.Note(kind, items[index], pts);
                (written.TryGetValue(items[index], out List<ClockTime>? times) ? times : written[items[index]] = []).Add(pts);
            }
        }
    });

    private AiringLog Create() => new(s_run, new ChannelLine(_clock, NodaConstants.UnixEpoch), hasPictures: true);

    private static ItemTag Tag(string file, string producer = "normal") =>
        new(new PlayoutEntry(EntryKind.Programme, NodaConstants.UnixEpoch, NodaConstants.UnixEpoch + Duration.FromSeconds(1), file, file, Duration.Zero), producer, isSlate: false);

    /// <summary>Writes a picture and a packet of sound every 40 ms.</summary>
    private static void Write(AiringLog log, int from, int to, Func<double, ItemTag> tags)
    {
        for (int time = from * 1000; time < to * 1000; time += 40)
        {
            log.Note(MediaKind.Video, tags(time / 1000.0), Ms(time));
            log.Note(MediaKind.Audio, tags(time / 1000.0), Ms(time));
            log.Advance(Ms(time));
        }
    }

    private static AiringReport[] Read(AiringLog log)
    {
        List<AiringReport> reports = [];
        while (log.Reports.TryRead(out AiringReport? report))
        {
            reports.Add(report);
        }

        return [.. reports];
    }

    private static ClockTime Ms(int milliseconds) => ClockTime.FromMilliseconds(milliseconds);
}
