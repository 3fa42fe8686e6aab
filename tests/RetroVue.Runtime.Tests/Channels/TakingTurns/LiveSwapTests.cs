using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;
using Duration = NodaTime.Duration;
using SystemClock = RetroVue.Media.Clocks.SystemClock;

namespace RetroVue.Runtime.Tests.Channels.TakingTurns;

/// <summary>The swaps of <see cref="SwapTests"/>, but in real time: with real files, on threads and by the system's clock.</summary>
[Category("Slow")]
public sealed class LiveSwapTests
{
    private static readonly Rational s_rate = new(25, 1);

    private MasterClock _clock = null!;
    private Instant _start;
    private string _film = "";
    private string _message = "";

    [SetUp]
    public async Task MakeAsync()
    {
        _film = await TestFiles.MakeAsync(s_rate, 25 * 60);
        _message = await TestFiles.MakeAsync(s_rate, 25 * 30);
        _clock = MasterClock.FromSystem();
        _start = NumberedRun.Aligned(_clock.UtcNow);
    }

    [Test]
    public async Task Emergency_takes_over_at_its_frame_and_the_schedule_takes_over_again([Values] ProfileMode mode)
    {
        using var log = new RecordedLog();
        Instant at, back;
        IReadOnlyList<(ClockTime Pts, long Number)> frames;
        await using (Station station = await LoadAsync(log, Schedule("live", mode, [(_film, 60)])))
        {
            ChannelManager channel = station.Channels[0];
            await using LiveViewer viewer = await LiveViewer.JoinAsync(channel);
            await WaitUntilAsync(_clock.UtcNow + Duration.FromSeconds(2));
            at = NumberedRun.Aligned(_clock.UtcNow + Duration.FromMilliseconds(2500));
            ProducerSwap emergency = (await channel.OnAir.PrepareAsync(Message(at), at))!;
            Assert.That(await emergency.CommitAsync(at), Is.True);
            await WaitUntilAsync(at + Duration.FromSeconds(2));
            Assert.That(emergency.IsOnAir, Is.True);
            back = NumberedRun.Aligned(_clock.UtcNow + Duration.FromMilliseconds(2500));
            ProducerSwap schedule = (await channel.OnAir.PrepareAsync(ProducerRequest.Normal, back))!;
            Assert.That(await schedule.CommitAsync(back), Is.True);
            await WaitUntilAsync(back + Duration.FromSeconds(4));
            Assert.That(schedule.IsOnAir, Is.True);
            ChannelLine line = channel.Output!.Line;
            (ClockTime start, ClockTime first, ClockTime second) = (line.At(_start), line.At(at), line.At(back));
            frames = await viewer.LeaveAsync(first);
            if (mode == ProfileMode.Copy)
            {
                AssertCopied(frames, start, first, second);
            }
            else
            {
                AssertTranscoded(frames, start, first, second);
            }
        }

        Assert.That(log.Lines, Is.Empty);
    }

    /// <summary>
    /// The opening of one file hangs in the kernel for four seconds. Joins, leaves and swaps that do not need the file do not wait for it.
    /// </summary>
    [Test]
    public async Task Joins_leaves_and_swaps_do_not_wait_for_a_file_whose_opening_hangs()
    {
        string hanging = Path.Combine(MadeMedia.Folder, "hanging-next.mp4");
        File.Copy(_film, hanging, overwrite: true);
        using var disk = new HungFile(hanging);
        using var log = new RecordedLog();
        await using Station station = await LoadAsync(
            log, Schedule("hung", ProfileMode.Copy, [(_film, 9), (hanging, 60)]), Schedule("other", ProfileMode.Copy, [(_film, 60)]));
        (ChannelManager hung, ChannelManager other) = (station.Channels[0], station.Channels[1]);
        await using LiveViewer viewer = await LiveViewer.JoinAsync(hung);
        disk.Hang();
        // The channel opens the file five seconds before its time.
        while (disk.Count == 0)
        {
            Assert.That(_clock.UtcNow - _start, Is.LessThan(Duration.FromSeconds(9)), "The opening does not hang.");
            await WaitUntilAsync(_clock.UtcNow + Duration.FromMilliseconds(10));
        }

        Instant at = _clock.UtcNow + Duration.FromSeconds(3);
        ViewerSession second = null!, elsewhere = null!;
        ProducerSwap swap = null!;
        await MeasureAsync("a join", async () => second = await hung.JoinAsync(new JoinRequest("second")));
        await MeasureAsync("a leave", () => second.DisposeAsync().AsTask());
        await MeasureAsync("a join that puts another channel on the air", async () => elsewhere = await other.JoinAsync(new JoinRequest("elsewhere")));
        await MeasureAsync("a leave there", () => elsewhere.DisposeAsync().AsTask());
        await MeasureAsync("a swap's preparation", async () => swap = (await hung.OnAir.PrepareAsync(Message(at), at))!);
        await MeasureAsync("its commit", async () => Assert.That(await swap.CommitAsync(at), Is.True));
        Assert.That(disk.Count, Is.EqualTo(1), "The opening still hangs.");
        await WaitUntilAsync(at + Duration.FromSeconds(2));
        Assert.That((disk.Count, swap.IsOnAir), Is.EqualTo((1, true)));
        ClockTime first = hung.Output!.Line.At(at);
        IReadOnlyList<(ClockTime Pts, long Number)> frames = await viewer.LeaveAsync(first);
        disk.GoOn();
        NumberedRun.Assert(frames, first, first + ClockTime.FromSeconds(1), first);

        async Task MeasureAsync(string what, Func<Task> action)
        {
            ClockTime began = SystemClock.Instance.Now;
            await action();
            ClockTime took = SystemClock.Instance.Now - began;
            await TestContext.Out.WriteLineAsync($"{what}: {took}");
            // A quiet machine needs some milliseconds. A call that waits for the file takes the four seconds after which its opening is
            // given up.
            Assert.That(took, Is.LessThan(ClockTime.FromSeconds(1)), what);
        }
    }

    /// <summary>
    /// Asserts the pictures of a copied channel. Two of a film's last pictures may be missing, because they are decoded after a picture
    /// that is shown later. A film is entered at a key frame; there is one every two seconds.
    /// </summary>
    private static void AssertCopied(IReadOnlyList<(ClockTime Pts, long Number)> frames, ClockTime start, ClockTime at, ClockTime back)
    {
        NumberedRun.Assert(frames, at - ClockTime.FromSeconds(2), at - (NumberedRun.Frame * 3), start);
        NumberedRun.Assert(frames, at, back - (NumberedRun.Frame * 3), at);
        NumberedRun.Assert(frames, back + ClockTime.FromSeconds(2), back + ClockTime.FromSeconds(3), start);
        Assert.That(frames.Where(frame => frame.Pts >= at && frame.Pts < back).Min(frame => (frame.Pts - at).Abs()), Is.LessThan(NumberedRun.Tick));
    }

    /// <summary>
    /// Asserts the pictures of a transcoded channel. A frame shows the picture that is due before half of the frame is over.
    /// </summary>
    private static void AssertTranscoded(IReadOnlyList<(ClockTime Pts, long Number)> frames, ClockTime start, ClockTime at, ClockTime back)
    {
        ClockTime half = NumberedRun.Frame / 2;
        NumberedRun.Assert(frames, at - ClockTime.FromSeconds(2), at - half, start);
        NumberedRun.Assert(frames, at - half, back - half, at);
        NumberedRun.Assert(frames, back - half, back + ClockTime.FromSeconds(3), start);
    }

    private ProducerRequest Message(Instant from) => new(
        ChannelMode.Emergency,
        _ => new PlayoutPlan([new PlayoutEntry(EntryKind.Programme, from, from + Duration.FromSeconds(30), "message", _message, Duration.Zero)]));

    private ChannelSchedule Schedule(string name, ProfileMode mode, (string File, int Seconds)[] items) => new(
        new Channel(
            ChannelId.FromShortName(name),
            name,
            name,
            DateTimeZone.Utc,
            mode == ProfileMode.Copy ? ChannelProfile.Copy : ChannelProfile.Transcode(320, 180, s_rate)),
        new Programme(_start, null, true, [.. items.Select(item => ScheduleItem.Programme(item.File, name, Duration.FromSeconds(item.Seconds)))], []));

    private Task<Station> LoadAsync(RecordedLog log, params ChannelSchedule[] schedules) =>
        new StationLoader(
            _clock,
            new ThreadedExecutor(name: "live"),
            new ChannelOptions { Linger = ClockTime.Zero },
            log,
            [new ScriptedProducers(ChannelMode.Normal), new ScriptedProducers(ChannelMode.Emergency)]).LoadAsync(schedules);

    private Task WaitUntilAsync(Instant time) => ThreadedExecutor.Default.WaitUntilAsync(_clock.AsClock(), ClockTime.FromNanoseconds((time - NodaConstants.UnixEpoch).ToInt64Nanoseconds()));
}
