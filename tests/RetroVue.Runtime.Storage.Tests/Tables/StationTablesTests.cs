using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using NodaTime.Testing;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Journal;
using RetroVue.Runtime.Storage.Tables;
using RetroVue.Runtime.Storage.Values;

namespace RetroVue.Runtime.Storage.Tests.Tables;

/// <summary>The tables of channels and viewers are what the events of the station say.</summary>
[TestFixture("sqlite")]
[TestFixture("postgresql")]
public sealed class StationTablesTests(string kind)
{
    private static readonly Guid s_one = Guid.Parse("7e57ab1e-0000-4000-8000-000000000001");
    private static readonly Guid s_two = Guid.Parse("7e57ab1e-0000-4000-8000-000000000002");

    private readonly FakeClock _clock = new(Instant.FromUtc(2026, 3, 29, 0, 0), Duration.FromSeconds(1));
    private TestFolder _folder = null!;
    private StationDatabase _database = null!;

    [SetUp]
    public async Task OpenAsync()
    {
        _folder = new TestFolder();
        _database = await TestDatabase.OpenAsync(kind == "sqlite" ? _folder.Database : await SharedPostgres.Server.CreateDatabaseAsync(), _clock);
    }

    [TearDown]
    public async Task CloseAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Channels_are_those_of_the_last_start()
    {
        await AppendAsync(Started(new ChannelFacts(s_one, "one", "One", "UTC", "copy"), new ChannelFacts(s_two, "two", "Two 'quoted'", "Europe/Berlin", "transcode")));
        // The second channel takes over the first one's short name; the first one is gone.
        await AppendAsync(Started(new ChannelFacts(s_two, "one", "Two", "UTC", "copy")));
        await FollowAsync();
        Assert.That(await ReadAsync("SELECT short_name || ',' || name || ',' || time_zone || ',' || profile || ',' || mode FROM channels WHERE is_active = @Yes"), Is.EqualTo(new[] { "one,Two,UTC,copy,normal" }));
        Assert.That(await ReadAsync("SELECT short_name FROM channels WHERE is_active = @No"), Is.EqualTo(new[] { $"was-{s_one}" }));
    }

    [Test]
    public async Task Sessions_end_when_the_viewer_leaves_or_the_next_start_finds_them_open()
    {
        Guid left = Guid.NewGuid();
        Guid killed = Guid.NewGuid();
        await AppendAsync(Started(new ChannelFacts(s_one, "one", "One", "UTC", "copy")));
        EventEnvelope joined = Make(StationEvents.ViewerJoined, new ViewerJoined(s_one, left, "mpv's \"client\""), StationPayloads.ViewerJoined);
        await AppendAsync(joined);
        await AppendAsync(Make(StationEvents.ViewerJoined, new ViewerJoined(s_one, killed, "vlc"), StationPayloads.ViewerJoined));
        EventEnvelope leave = Make(StationEvents.ViewerLeft, new ViewerLeft(s_one, left, joined.Time + Duration.FromMilliseconds(500)), StationPayloads.ViewerLeft);
        await AppendAsync(leave);
        await FollowAsync();
        Assert.That(await ReadAsync("SELECT client FROM viewer_sessions WHERE ended_at IS NULL"), Is.EqualTo(new[] { "vlc" }));
        EventEnvelope restarted = Started(new ChannelFacts(s_one, "one", "One", "UTC", "copy"));
        await AppendAsync(restarted);
        await FollowAsync();
        (StoredTime Started, StoredTime Last, StoredTime Ended)[] rows = await _database.Database.ReadAsync(
            "Sessions were not read",
            null,
            async connection => (await connection.QueryAsync<(StoredTime, StoredTime, StoredTime)>("SELECT started_at, last_activity_at, ended_at FROM viewer_sessions ORDER BY started_at")).ToArray(),
            CancellationToken.None);
        Assert.That(rows, Has.Length.EqualTo(2));
        Assert.That(rows[0], Is.EqualTo((new StoredTime(joined.Time), new StoredTime(joined.Time + Duration.FromMilliseconds(500)), new StoredTime(leave.Time))));
        Assert.That(rows[1].Ended, Is.EqualTo(new StoredTime(restarted.Time)));
    }

    [Test]
    public async Task Tables_that_are_emptied_are_made_again_from_the_log()
    {
        await AppendAsync(Started(new ChannelFacts(s_one, "one", "One", "UTC", "copy")));
        await AppendAsync(Make(StationEvents.ViewerJoined, new ViewerJoined(s_one, Guid.NewGuid(), "vlc"), StationPayloads.ViewerJoined));
        await FollowAsync();
        await _database.Database.WriteAsync(
            "Tables were not emptied",
            null,
            transaction => transaction.Connection!.ExecuteAsync("DELETE FROM channels; DELETE FROM viewer_sessions; DELETE FROM consumer_offsets", transaction: transaction),
            CancellationToken.None);
        await FollowAsync();
        Assert.That(await ReadAsync("SELECT short_name FROM channels"), Is.EqualTo(new[] { "one" }));
        Assert.That(await ReadAsync("SELECT client FROM viewer_sessions"), Is.EqualTo(new[] { "vlc" }));
    }

    private EventEnvelope Started(params ChannelFacts[] channels) => Make(StationEvents.StationStarted, new StationStarted([.. channels]), StationPayloads.StationStarted);

    private EventEnvelope Make<T>(string type, T payload, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> payloadType) =>
        EventEnvelope.Create(type, "tests", _clock.GetCurrentInstant(), payload, payloadType);

    private Task<Guid> AppendAsync(EventEnvelope envelope) => _database.Log.AppendAsync(envelope);

    /// <summary>Lets the tables follow the log to its end.</summary>
    private async Task FollowAsync()
    {
        await using var tables = new StationTables(_database, _clock, NullLoggerFactory.Instance);
        long latest = await _database.Log.GetLatestOffsetAsync();
        await Until.TrueAsync(() => _database.Offsets.GetAsync(StationTables.ConsumerId).Result >= latest);
    }

    private Task<string[]> ReadAsync(string sql) => _database.Database.ReadAsync(
        "Rows were not read", null, async connection => (await connection.QueryAsync<string>(sql, new { Yes = true, No = false })).ToArray(), CancellationToken.None);
}
