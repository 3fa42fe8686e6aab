using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Catalogue;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;
using Duration = NodaTime.Duration;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>A station of ten thousand files: which of them it opens, and what it keeps of each.</summary>
[Category("Soak")]
public sealed class ManyFilesTests
{
    private const int Many = 10_000;

    private string[] _files = [];
    private string _folder = "";

    [OneTimeSetUp]
    public async Task MakeFilesAsync()
    {
        string film = await TestFiles.MakeAsync(new Rational(25, 1), 50);
        _folder = Directory.CreateDirectory(Path.Combine(MadeMedia.Folder, "many-files")).FullName;
        _files = [.. Enumerable.Range(0, Many).Select(index => Path.Combine(_folder, $"film-{index:0000}.mp4"))];
        Array.ForEach(_files, file => File.CreateSymbolicLink(file, film));
    }

    [OneTimeTearDown]
    public void RemoveFiles() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task First_of_twenty_channels_airs_after_its_own_files_and_the_next_start_opens_only_what_airs()
    {
        var catalogue = new InMemoryMediaCatalogue();
        using (var measured = new Measurements())
        {
            LoadProgress first = await AirFirstAsync(catalogue, Twenty());
            await TestContext.Out.WriteLineAsync($"First channel on the air with {first.Done} of {first.Files} files known.");
            // Its own 500, and what other channels have found meanwhile.
            Assert.That(first.Done, Is.LessThan(Many / 5));
            Assert.That(measured.Of("retrovue.file.open.duration").Length, Is.GreaterThanOrEqualTo(Many));
        }

        Assert.That(await catalogue.FindAsync(_files), Has.Count.EqualTo(Many));
        using (var measured = new Measurements())
        {
            await AirFirstAsync(catalogue, Twenty());
            Assert.That(measured.Of("retrovue.file.open.duration").Length, Is.LessThan(10));
        }
    }

    [Test]
    public async Task Channel_whose_durations_are_given_airs_after_a_few_files()
    {
        ChannelSchedule dated = Channel("dated", _files);
        dated = dated with { Programme = dated.Programme with { Items = [.. dated.Programme.Items.Select(item => item with { Duration = Duration.FromSeconds(2) })] } };
        LoadProgress first = await AirFirstAsync(new InMemoryMediaCatalogue(), [dated]);
        await TestContext.Out.WriteLineAsync($"On the air with {first.Done} of {first.Files} files known.");
        Assert.That(first.Done, Is.InRange(100, Many / 10));
    }

    [Test]
    public async Task Known_file_takes_less_than_a_kilobyte()
    {
        var catalogue = new InMemoryMediaCatalogue();
        await AirFirstAsync(catalogue, [Channel("warm-up", _files[..1])]);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        await AirFirstAsync(catalogue, [Channel("all", _files)]);
        await using Station station = await StartAsync(catalogue, [Channel("all", _files)]);
        await station.WaitForFilesAsync();
        // The last call still stands on its thread; this one takes its place.
        await AirFirstAsync(new InMemoryMediaCatalogue(), [Channel("small", _files[..1])]);
        double bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Many;
        await TestContext.Out.WriteLineAsync($"{bytes:0} bytes for each file");
        Assert.That(bytes, Is.LessThan(1024));
        GC.KeepAlive(catalogue);
    }

    private static ChannelSchedule Channel(string name, IEnumerable<string> files) => new(
        new Channel(ChannelId.FromShortName(name), name, name, DateTimeZone.Utc, ChannelProfile.Copy),
        new Programme(
            Programme.DefaultStart(DateTimeZone.Utc),
            null,
            true,
            [.. files.Select(file => new ScheduleItem(EntryKind.Programme, file, Path.GetFileName(file), Duration.Zero, null) { Streams = StreamChoice.Best })],
            []));

    private static async Task<Station> StartAsync(IMediaCatalogue catalogue, ChannelSchedule[] channels)
    {
        var clock = MasterClock.FromSystem();
        var loader = new StationLoader(
            clock,
            new ThreadedExecutor(name: "many"),
            new ChannelOptions { Linger = ClockTime.Zero },
            NullLoggerFactory.Instance,
            library: new MediaLibrary(catalogue, clock, NullLoggerFactory.Instance));
        Station station = loader.Create(() => channels);
        await station.StartAsync();
        return station;
    }

    /// <summary>Starts a station, lets its first channel air, and waits for all files; returns the progress when that channel was on the air.</summary>
    private static async Task<LoadProgress> AirFirstAsync(IMediaCatalogue catalogue, ChannelSchedule[] channels)
    {
        await using Station station = await StartAsync(catalogue, channels);
        await using ViewerSession session = await station.Channels[0].JoinAsync(new JoinRequest("viewer"));
        LoadProgress progress = station.Progress;
        await station.WaitForFilesAsync();
        return progress;
    }

    private ChannelSchedule[] Twenty() => [.. _files.Chunk(Many / 20).Select((files, index) => Channel($"channel-{index}", files))];
}
