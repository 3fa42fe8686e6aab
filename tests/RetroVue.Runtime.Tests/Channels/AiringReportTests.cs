using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Tests.Channels.TakingTurns;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>The reports of a channel on its airings, compared with what a viewer received.</summary>
public sealed class AiringReportTests
{
    private const double Frame = 0.04;

    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 1, 12, 0);
    private static readonly Rational s_rate = new(25, 1);

    private RecordedLog _log = null!;
    private string _film = "";
    private string _other = "";

    [SetUp]
    public async Task MakeAsync()
    {
        _film = await TestFiles.MakeAsync(s_rate, 25 * 60);
        _other = await TestFiles.MakeAsync(s_rate, 25 * 30);
        _log = new RecordedLog();
    }

    [TearDown]
    public void NothingIsLeft()
    {
        _log.Dispose();
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public async Task Times_are_those_of_the_first_and_the_last_picture_on_the_wire([Values] ProfileMode mode)
    {
        var watched = new NumberedChannel(s_start, mode, [(_film, 10), (_other, 10)], _log);
        watched.Watch(24, join: 4);
        ChannelOutput output = watched.Channel.Manager.Output!;
        await watched.EndAsync();
        Aired[] aired = Read(output, watched);
        Assert.That(aired.Select(airing => airing.Report.Tag?.Entry.File), Is.EqualTo([_film, _other, _film]));
        Assert.That(aired.Select(airing => airing.Report.End), Is.EqualTo([AiringEnd.Followed, AiringEnd.Followed, AiringEnd.OffAir]));
        // In a copied film, up to two of the last pictures may be missing: B-frames that are decoded after a picture that is shown later.
        double missing = mode == ProfileMode.Copy ? 2 * Frame : 0;
        Assert.That(aired[0].First, Is.EqualTo(4).Within(mode == ProfileMode.Copy ? 0.001 : Frame), "from the key frame before the join on");
        Assert.That(aired[0].Last, Is.InRange(10 - Frame - missing - 0.001, 10 - Frame + 0.001));
        Assert.That(aired[1].First, Is.EqualTo(10).Within(0.001));
        Assert.That(aired[1].Last, Is.InRange(20 - Frame - missing - 0.001, 20 - Frame + 0.001));
        Assert.That(aired[2].First, Is.EqualTo(20).Within(0.001));
        // Each picture that was received belongs to the airing whose times cover it.
        for (int i = 0; i < aired.Length; i++)
        {
            double began = aired[i].Report.Tag!.Entry.Start.Minus(s_start).TotalSeconds;
            double last = Math.Min(aired[i].Last, 24 - (3 * Frame));
            watched.AssertEach(aired[i].First, last + Frame, (time, number) => number == (long)Math.Round((time - began) * 25), $"airing {i}");
        }

        Assert.That(aired.Take(2).Select(airing => airing.Report.Pictures.Packets), Is.EqualTo([(long)Math.Round((aired[0].Last - aired[0].First) * 25) + 1, (long)Math.Round((aired[1].Last - aired[1].First) * 25) + 1]));
        // The last packet of sound of one airing and the first of the next begin at most two packets apart, because a packet of sound does
        // not end exactly where a picture does.
        double packet = 1024.0 / 48_000;
        Assert.That(watched.SecondsOf(aired[1].Report.Sound.First) - watched.SecondsOf(aired[0].Report.Sound.Last), Is.InRange(0, (2 * packet) + 0.001));
        Assert.That(watched.SecondsOf(aired[1].Report.Sound.First), Is.EqualTo(10).Within(packet + 0.001));
        Assert.That(aired.Select(airing => airing.Report.Tag!.Entry.Id), Is.Unique);
    }

    [Test]
    public async Task Entry_around_an_emergency_airs_twice([Values] ProfileMode mode)
    {
        var watched = new NumberedChannel(s_start, mode, [(_film, 60)], _log, producers: [new NormalProducerFactory(), new ScriptedProducers(ChannelMode.Emergency)]);
        watched.Watch(4);
        Swap(new ProducerRequest(ChannelMode.Emergency, _ => new PlayoutPlan([new PlayoutEntry(EntryKind.Programme, At(8), At(38), "message", _other, Duration.Zero)])), 8);
        watched.Watch(11);
        Swap(ProducerRequest.Normal, 14);
        watched.Watch(20);
        ChannelOutput output = watched.Channel.Manager.Output!;
        await watched.EndAsync();
        Aired[] aired = Read(output, watched);
        Assert.That(aired.Select(airing => (airing.Report.Tag!.Entry.Title == "message", airing.Report.End)), Is.EqualTo([
            (false, AiringEnd.Displaced), (true, AiringEnd.Displaced), (false, AiringEnd.OffAir)]));
        Assert.That(aired[0].Report.Tag!.Entry.Id, Is.EqualTo(aired[2].Report.Tag!.Entry.Id), "one entry");
        Assert.That(aired.Select(airing => airing.Report.Id), Is.Unique, "three airings");
        Assert.That(aired.Select(airing => airing.Report.Tag!.Producer), Is.Unique, "of three producers");
        Assert.That(aired.Select(airing => airing.Report.Run), Is.All.EqualTo(output.Run));
        Assert.That(aired[1].First, Is.EqualTo(8).Within(0.001));
        Assert.That(aired[2].First, Is.EqualTo(14).Within(0.001));
        watched.AssertEach(8, aired[1].Last + Frame, (time, number) => number == (long)Math.Round((time - 8) * 25), "the message");

        void Swap(ProducerRequest request, double at)
        {
            ProducerSwap swap = watched.Channel.Complete(() => watched.Channel.Manager.OnAir.PrepareAsync(request, At(at)))!;
            Assert.That(watched.Channel.Complete(() => swap.CommitAsync(At(at))), Is.True);
        }
    }

    [Test]
    public async Task File_that_ends_too_early_is_reported_with_its_reason_and_the_slate_in_its_place([Values] ProfileMode mode)
    {
        var watched = new NumberedChannel(s_start, mode, [(_other, 40), (_film, 20)], _log);
        watched.Watch(50);
        ChannelOutput output = watched.Channel.Manager.Output!;
        await watched.EndAsync();
        Aired[] aired = Read(output, watched);
        Assert.That(aired.Select(airing => (airing.Report.Tag!.Entry.File, airing.Report.Tag.IsSlate, airing.Report.End)), Is.EqualTo([
            (_other, false, AiringEnd.Failed), (_other, true, AiringEnd.Followed), (_film, false, AiringEnd.OffAir)]));
        Assert.That(aired[0].Report.Tag!.Failure, Is.EqualTo("The file ends there."));
        Assert.That(aired[0].Report.Tag!.Entry.Id, Is.EqualTo(aired[1].Report.Tag!.Entry.Id), "a slate stands for the entry");
        Assert.That(aired[1].First, Is.EqualTo(30).Within(1.5));
        Assert.That(aired[2].First, Is.EqualTo(40).Within(0.001));
        watched.AssertSlate(aired[1].First, aired[1].Last);
    }

    /// <summary>Returns the last report of each airing, after a check that no report is missing and that they are in order.</summary>
    private static Aired[] Read(ChannelOutput output, NumberedChannel watched)
    {
        List<AiringReport> reports = [];
        while (output.Airings.TryRead(out AiringReport? report))
        {
            reports.Add(report);
        }

        Assert.That(output.Airings.Completion.IsCompletedSuccessfully);
        Assert.That(reports.Select(report => report.Sequence), Is.EqualTo(Enumerable.Range(0, reports.Count)));
        // An airing without a tag is from before the first picture: nothing of it is on the wire.
        return
        [
            .. reports.GroupBy(report => report.Number).Select(ofOne => ofOne.Last()).Where(report => report.Tag is not null)
                .Select(report => new Aired(report, watched.SecondsOf(report.FirstPts), watched.SecondsOf(report.LastPts))),
        ];
    }

    private static Instant At(double seconds) => s_start + Duration.FromSeconds(seconds);

    /// <param name="Report">The last report.</param>
    /// <param name="First">The first picture's time, in seconds since the channel's start.</param>
    /// <param name="Last">The last picture's time, in seconds since the channel's start.</param>
    private sealed record Aired(AiringReport Report, double First, double Last);
}
