using NodaTime;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Catalogue;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;
using Duration = NodaTime.Duration;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>A station knows its channels at once, each airs as soon as what it needs is known, and changes of files change what follows.</summary>
public sealed class StationFilesTests
{
    private static readonly Rational s_rate = new(25, 1);
    private static readonly Instant s_start = Instant.FromUtc(2026, 1, 1, 0, 0);

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateDirectory(Path.Combine(MadeMedia.Folder, "station-" + Guid.NewGuid().ToString("N"))).FullName;

    [TearDown]
    public async Task NothingIsLeftAsync()
    {
        Directory.Delete(_folder, recursive: true);
        await Until.TrueAsync(() => FFmpegHandles.Live == 0, "Objects of FFmpeg are left open.");
        await Until.TrueAsync(() => MediaBuffer.LiveCount == 0, "Buffers are left.");
    }

    [Test]
    public async Task Viewer_of_a_channel_that_loads_waits_for_it_or_leaves_and_other_channels_air_meanwhile()
    {
        string hanging = await CopyAsync("hanging.mp4", 50), good = await CopyAsync("good.mp4", 50);
        using var disk = new HungFile(hanging);
        disk.Hang();
        using var log = new RecordedLog();
        var clock = MasterClock.FromSystem();
        var loader = new StationLoader(clock, new ThreadedExecutor(name: "files"), new ChannelOptions { Linger = ClockTime.Zero }, log);
        await using Station station = loader.Create(() => [Channel("hung", [hanging]), Channel("good", [good])]);
        await station.StartAsync();
        Assert.That(station.Channels.Select(channel => channel.Channel.ShortName), Is.EqualTo(new[] { "hung", "good" }));
        ViewerSession other = await station.Channels[1].JoinAsync(new JoinRequest("viewer"));
        Assert.That((station.Channels[0].IsLoading, station.Channels[1].IsLoading), Is.EqualTo((true, false)));
        Assert.That(station.Progress, Is.EqualTo(new LoadProgress(1, 2)));
        Assert.That(station.Channels[0].Now.Entry.Kind, Is.EqualTo(EntryKind.Slate));
        await other.DisposeAsync();

        using var impatient = new CancellationTokenSource();
        Task<ViewerSession> leaving = station.Channels[0].JoinAsync(new JoinRequest("impatient"), impatient.Token);
        Task<ViewerSession> waiting = station.Channels[0].JoinAsync(new JoinRequest("patient"));
        await impatient.CancelAsync();
        Assert.That(async () => await leaving, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(waiting.IsCompleted, Is.False);
        disk.GoOn();
        await using ViewerSession session = await waiting;
        Assert.That(station.Channels[0].ProducerHealth, Is.EqualTo(ProducerHealth.Running));
        await station.WaitForFilesAsync();
        Assert.That(station.Progress, Is.EqualTo(new LoadProgress(2, 2)));
        Assert.That(log.Lines, Is.Empty);
    }

    [Test]
    public async Task Station_that_ends_while_it_loads_lets_its_waiting_viewers_go()
    {
        string hanging = await CopyAsync("hanging.mp4", 50);
        using var disk = new HungFile(hanging);
        disk.Hang();
        using var log = new RecordedLog();
        Station station = new StationLoader(MasterClock.FromSystem(), new ThreadedExecutor(name: "files"), new ChannelOptions(), log).Create(() => [Channel("hung", [hanging])]);
        await station.StartAsync();
        Task<ViewerSession> waiting = station.Channels[0].JoinAsync(new JoinRequest("viewer"));
        await station.DisposeAsync();
        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(log.Lines, Is.Empty);
        disk.GoOn();
    }

    [Test]
    public async Task Schedule_that_cannot_air_fails_the_start_and_one_whose_files_are_too_long_fails_its_channel()
    {
        string good = await CopyAsync("good.mp4", 50);
        ChannelSchedule late = Channel("late", [good]);
        late = late with { Programme = late.Programme with { End = s_start } };
        using var log = new RecordedLog();
        var executor = new SimulatedExecutor();
        var loader = new StationLoader(new MasterClock(executor.Clock, s_start), executor, new ChannelOptions(), log);
        Assert.That(async () => await loader.Create(() => [late]).StartAsync(), Throws.InstanceOf<ScheduleException>());

        // Without the two files, the list lasts just less than a hundred years.
        ScheduleItem[] items = [.. Enumerable.Repeat(ScheduleItem.Slate("week", ScheduleItem.MaxDuration), 5228), .. Items([good])];
        ChannelSchedule tooLong = Channel("long", []);
        var catalogue = new InMemoryMediaCatalogue();
        await catalogue.SaveAsync([new CataloguedFile(new MediaFileKey(good, Media.FFmpeg.Containers.StreamChoice.Best), StampReader.Read(good)!.Value, s_start)
        {
            Facts = new MediaFacts(ClockTime.FromSeconds(7 * 86_400), null, null, ClockTime.Zero),
        }]);
        var knowing = new StationLoader(new MasterClock(executor.Clock, s_start), executor, new ChannelOptions(), log, library: new MediaLibrary(catalogue, new MasterClock(executor.Clock, s_start), log));
        await using Station station = await knowing.LoadAsync([tooLong with { Programme = tooLong.Programme with { Items = [.. items, .. items[^1..]] } }]);
        Assert.That(async () => await station.Channels[0].JoinAsync(new JoinRequest("viewer")), Throws.InstanceOf<ScheduleException>().With.Message.Contains("100 years"));
        Assert.That(log.Lines, Has.Exactly(1).StartsWith("1215"));
        Assert.That(station.Channels[0].ProducerHealth, Is.EqualTo(ProducerHealth.Failed));
        Assert.That(station.Channels[0].HealthReason, Does.Contain("100 years"));
    }

    [Test]
    public async Task File_that_cannot_be_read_keeps_its_duration_so_that_the_cycle_does_not_shift()
    {
        string[] files = [await CopyAsync("one.mp4", 50), await CopyAsync("two.mp4", 100), await CopyAsync("three.mp4", 75)];
        var catalogue = new InMemoryMediaCatalogue();
        (string? File, Instant Start)[] before = await PlanAsync(catalogue, Channel("one", files));
        File.Delete(files[1]);
        Assert.That(await PlanAsync(catalogue, Channel("one", files)), Is.EqualTo(before));
        await File.WriteAllTextAsync(files[1], "no film");
        Assert.That(await PlanAsync(catalogue, Channel("one", files)), Is.EqualTo(before));
        Assert.That(await PlanAsync(catalogue, Channel("one", files)), Is.EqualTo(before), "also if the broken file is known");
        Assert.That(await PlanAsync(new InMemoryMediaCatalogue(), Channel("one", files)), Is.Not.EqualTo(before));
    }

    [Test]
    public async Task Formats_of_a_copied_channel_are_kept_while_one_file_fits_them()
    {
        string[] small = [.. await Task.WhenAll(Enumerable.Range(0, 3).Select(index => CopyAsync($"small{index}.mp4", 50)))];
        string[] large = [.. await Task.WhenAll(Enumerable.Range(0, 5).Select(index => CopyAsync($"large{index}.mp4", 50, width: 640, height: 360)))];
        var catalogue = new InMemoryMediaCatalogue();
        Assert.That(await AiredAsync([.. small, large[0]]), Is.EqualTo(small));
        Assert.That(await AiredAsync([small[0], .. large]), Is.EqualTo(small[..1]), "The majority does not change the channel.");
        using var log = new RecordedLog();
        Assert.That(await AiredAsync(large, log), Is.EqualTo(large), "No file fits any more.");
        Assert.That(log.Lines, Has.Exactly(1).StartsWith("1213"));
        Assert.That(await AiredAsync([.. small, large[0]]), Is.EqualTo(large[..1]));
        await catalogue.SaveFormatsAsync(ChannelId.FromShortName("one"), null);
        Assert.That(await AiredAsync([.. small, large[0]]), Is.EqualTo(small), "The operator wanted new ones.");

        async Task<string?[]> AiredAsync(string[] files, RecordedLog? log = null) =>
            [.. (await PlanAsync(catalogue, Channel("one", files), log)).Select(entry => entry.File).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    [Test]
    public async Task Copied_channel_with_durations_airs_before_all_its_files_are_known_and_a_file_that_does_not_fit_becomes_a_slate()
    {
        string good = await CopyAsync("good.mp4", 50), large = await CopyAsync("large.mp4", 50, width: 640, height: 360);
        string[] files = [.. Enumerable.Repeat(0, 150).Select((_, index) => Path.Combine(_folder, $"{index:000}.mp4"))];
        for (int index = 0; index < files.Length; index++)
        {
            File.CreateSymbolicLink(files[index], index == 140 ? large : good);
        }

        string hanging = await CopyAsync("hanging.mp4", 50);
        files[145] = hanging;
        using var disk = new HungFile(hanging);
        disk.Hang();
        using var log = new RecordedLog();
        var clock = MasterClock.FromSystem();
        ChannelSchedule schedule = Channel("one", files);
        schedule = schedule with
        {
            Programme = schedule.Programme with { Start = clock.UtcNow - Duration.FromSeconds(1), Items = [.. schedule.Programme.Items.Select(item => item with { Duration = Duration.FromSeconds(2) })] },
        };
        await using Station station = new StationLoader(clock, new ThreadedExecutor(name: "files"), new ChannelOptions { Linger = ClockTime.Zero }, log).Create(() => [schedule]);
        await station.StartAsync();
        ViewerSession session = await station.Channels[0].JoinAsync(new JoinRequest("viewer"));
        Assert.That(station.Progress.Done, Is.LessThan(150), "One file hangs.");
        Assert.That(station.Channels[0].Now.Entry.File, Is.AnyOf(files[..20]), "It airs by its schedule.");
        await session.DisposeAsync();
        disk.GoOn();
        await station.WaitForFilesAsync();
        PlayoutPlan plan = station.Schedules.GetPlan(schedule.Channel.Id, schedule.Programme.Start, schedule.Programme.Start + Duration.FromSeconds(300));
        Assert.That(plan.Entries[140].Kind, Is.EqualTo(EntryKind.Slate));
        Assert.That(plan.Entries.Where((_, index) => index != 140).Select(entry => entry.File), Is.EqualTo(files.Where((_, index) => index != 140)));
        Assert.That(log.Lines, Has.Exactly(1).Contains(files[140]));
    }

    [Test]
    public async Task File_that_changes_changes_the_programme_from_the_end_of_the_entry_and_nothing_that_was_published()
    {
        string[] files = [await CopyAsync("one.mp4", 250), await CopyAsync("two.mp4", 500), await CopyAsync("three.mp4", 750)];
        string longer = await TestFiles.MakeAsync(s_rate, 1000);
        var executor = new SimulatedExecutor();
        using var log = new RecordedLog();
        var clock = new MasterClock(executor.Clock, s_start + Duration.FromHours(1));
        await using Station station = await new StationLoader(clock, executor, new ChannelOptions(), log).LoadAsync([Channel("one", files)]);
        Guid id = station.Channels[0].Channel.Id;
        Instant special = s_start + Duration.FromHours(3);
        station.Schedules.Publish(id, new Programme(special, null, true, [ScheduleItem.Slate("special", Duration.FromHours(1))], []), special, special + Duration.FromHours(1));
        File.Copy(longer, files[1], overwrite: true);
        PlayoutPlan before = station.Schedules.GetPlan(id, s_start + Duration.FromHours(1), special);
        await RunUntilAsync(() => station.Schedules.GetGeneration(id) == 2);
        Instant now = clock.UtcNow;
        PlayoutPlan after = station.Schedules.GetPlan(id, s_start + Duration.FromHours(1), special + Duration.FromHours(2));
        PlayoutEntry last = before.At(now + Duration.FromSeconds(10))!.Value.Entry;
        Assert.That(after.Entries.TakeWhile(entry => entry.Start < last.End).Select(entry => (entry.File, entry.Start, entry.End)), Is.EqualTo(before.Entries.TakeWhile(entry => entry.Start < last.End).Select(entry => (entry.File, entry.Start, entry.End))));
        Assert.That(after.Entries.Where(entry => entry.Start > last.End && entry.File == files[1] && entry.End < special).Select(entry => entry.Duration), Is.Not.Empty.And.All.EqualTo(Duration.FromSeconds(40)));
        Assert.That(after.At(special + Duration.FromMinutes(30))!.Value.Entry.Title, Is.EqualTo("special"));
        Assert.That(after.At(special + Duration.FromMinutes(90))!.Value.Entry.File, Is.AnyOf(files));

        File.Delete(files[1]);
        await RunUntilAsync(() => log.Lines.Any(line => line.StartsWith("1110", StringComparison.Ordinal) && line.Contains(files[1])));
        Assert.That(station.Schedules.GetGeneration(id), Is.EqualTo(2), "A file that is gone keeps its place.");

        async Task RunUntilAsync(Func<bool> isSo) => await Until.TrueAsync(
            () =>
            {
                executor.RunFor(ClockTime.FromSeconds(1));
                return isSo();
            },
            limit: TimeSpan.FromSeconds(20));
    }

    [Test]
    public async Task Programme_that_replaces_the_own_one_is_probed_fitted_and_followed()
    {
        string[] files = [await CopyAsync("one.mp4", 250), await CopyAsync("two.mp4", 500)];
        string large = await CopyAsync("large.mp4", 250, width: 640, height: 360);
        var executor = new SimulatedExecutor();
        using var log = new RecordedLog();
        var clock = new MasterClock(executor.Clock, s_start + Duration.FromHours(1));
        await using Station station = await new StationLoader(clock, executor, new ChannelOptions(), log).LoadAsync([Channel("one", files[..1])]);
        Channel channel = station.Channels[0].Channel;
        await station.ReviseAsync(channel.Id, Channel("one", [files[1], large]).Programme);
        PlayoutPlan plan = station.Schedules.GetPlan(channel.Id, clock.UtcNow + Duration.FromMinutes(1), clock.UtcNow + Duration.FromMinutes(5));
        Assert.That(plan.Entries.Select(entry => (entry.File, entry.Duration)).Distinct(), Is.EquivalentTo(new (string?, Duration)[] { (files[1], Duration.FromSeconds(20)), (null, Duration.FromSeconds(10)) }));
        ScheduleException? error = await Assert.ThrowsAsync<ScheduleException>(() => station.ReviseAsync(channel.Id, Channel("one", files).Programme with { End = s_start }));
        Assert.That(error!.Message, Does.Contain("ends at"));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => station.ReviseAsync(Guid.NewGuid(), Channel("one", files).Programme));
        Assert.That(station.Schedules.GetGeneration(channel.Id), Is.EqualTo(1));
    }

    private static ScheduleItem[] Items(IEnumerable<string> files) =>
        [.. files.Select(file => new ScheduleItem(EntryKind.Programme, file, Path.GetFileName(file), Duration.Zero, null))];

    private static ChannelSchedule Channel(string name, IEnumerable<string> files) => new(
        new Channel(ChannelId.FromShortName(name), name, name, DateTimeZone.Utc, ChannelProfile.Copy), new Programme(s_start, null, true, [.. Items(files)], []));

    /// <summary>Starts a station with this catalogue, and returns what it airs in an hour.</summary>
    private static async Task<(string? File, Instant Start)[]> PlanAsync(IMediaCatalogue catalogue, ChannelSchedule schedule, RecordedLog? log = null)
    {
        using var own = new RecordedLog();
        var executor = new SimulatedExecutor();
        var clock = new MasterClock(executor.Clock, s_start + Duration.FromHours(1));
        var library = new MediaLibrary(catalogue, clock, log ?? own);
        await using Station station = await new StationLoader(clock, executor, new ChannelOptions(), log ?? own, library: library).LoadAsync([schedule]);
        return [.. station.Schedules.GetPlan(schedule.Channel.Id, s_start, s_start + Duration.FromHours(1)).Entries.Select(entry => (entry.File, entry.Start))];
    }

    private async Task<string> CopyAsync(string name, int frames, int width = 320, int height = 180)
    {
        string path = Path.Combine(_folder, name);
        File.Copy(await TestFiles.MakeAsync(s_rate, frames, width, height), path);
        return path;
    }
}
