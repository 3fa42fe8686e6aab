using NodaTime;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using RetroVue.Runtime.Catalogue;
using RetroVue.Tests.Catalogue;

namespace RetroVue.Runtime.Storage.Tests.Catalogue;

/// <summary>The catalogue in a database gives back what was saved.</summary>
[TestFixture("sqlite")]
[TestFixture("postgresql")]
public sealed class MediaCatalogueTests(string kind) : MediaCatalogueContract
{
    private TestFolder _folder = null!;
    private StationDatabase _database = null!;

    private IMediaCatalogue Catalogue => _database.Catalogue;

    [SetUp]
    public async Task OpenAsync()
    {
        _folder = new TestFolder();
        _database = await TestDatabase.OpenAsync(kind == "sqlite" ? _folder.Database : await SharedPostgres.Server.CreateDatabaseAsync());
    }

    [TearDown]
    public async Task CloseAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Choices_of_streams_of_a_file_are_entries_of_their_own()
    {
        CataloguedFile best = Entry("/media/a.mkv", StreamChoice.Best);
        CataloguedFile german = Entry("/media/a.mkv", new StreamChoice { Audio = "deu" });
        CataloguedFile second = Entry("/media/a.mkv", new StreamChoice { Video = 1, Audio = "2" });
        await Catalogue.SaveAsync([best, german, second]);
        // Paths are compared byte by byte.
        await Catalogue.SaveAsync([Entry("/media/A.mkv", StreamChoice.Best), Entry("/media/a.mkv ", StreamChoice.Best)]);
        Assert.That(await Catalogue.FindAsync(["/media/a.mkv"]), Is.EquivalentTo(new[] { best, german, second }));
        await Catalogue.RemoveAsync(["/media/a.mkv", "/none"]);
        Assert.That(await Catalogue.FindAsync(["/media/a.mkv"]), Is.Empty);
        Assert.That(await Catalogue.FindAsync(["/media/A.mkv", "/media/a.mkv "]), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Entry_that_is_saved_again_replaces_the_earlier_one()
    {
        CataloguedFile first = Entry("/media/a.mkv", StreamChoice.Best);
        CataloguedFile broken = first with { Stamp = new FileStamp(0, 7), Problem = "'/media/a.mkv' is \"empty\"." };
        await Catalogue.SaveAsync([first]);
        await Catalogue.SaveAsync([broken]);
        Assert.That(await Catalogue.FindAsync(["/media/a.mkv"]), Is.EqualTo(new[] { broken }));
    }

    [Test]
    public async Task Ten_thousand_files_are_found_in_batches()
    {
        string[] paths = [.. Enumerable.Range(0, 10_000).Select(i => $"/media/{i}.mkv")];
        foreach (string[] batch in paths.Chunk(IMediaCatalogue.MostAtOnce))
        {
            await Catalogue.SaveAsync([.. batch.Select(path => Entry(path, StreamChoice.Best))]);
        }

        int found = 0;
        foreach (string[] batch in paths.Chunk(IMediaCatalogue.MostAtOnce))
        {
            found += (await Catalogue.FindAsync(batch)).Count;
        }

        Assert.That(found, Is.EqualTo(10_000));
        Assert.That(() => Catalogue.FindAsync(paths), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    protected override Task<IMediaCatalogue> CreateAsync() => Task.FromResult(Catalogue);

    private static EncodedFormat Video(int rate) => new("h264", MediaKind.Video)
    {
        Profile = "High",
        Video = new VideoFormat(PixelFormat.Yuv420P, 640, 360, new Rational(rate, 1)),
    };

    private static CataloguedFile Entry(string path, StreamChoice streams) => new(new MediaFileKey(path, streams), new FileStamp(1234, 1_700_000_000_123_456_700), Instant.FromUtc(2026, 3, 29, 1, 30))
    {
        Facts = new MediaFacts(ClockTime.FromSeconds(90), Video(25), null, ClockTime.FromSeconds(2)),
    };
}
