using System.Globalization;
using System.Text.Json;
using NodaTime;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage;

namespace RetroVue.Benchmarks.Rows;

/// <summary>An empty SQLite database on the repository's disk, as the peers use it, deleted at the end.</summary>
internal sealed class SqliteStore : IAsyncDisposable
{
    private readonly string _folder;

    private SqliteStore(string folder, StationDatabase database) => (_folder, Database) = (folder, database);

    public StationDatabase Database { get; }

    public IEventLog Log => Database.Log;

    public static async Task<SqliteStore> OpenAsync()
    {
        string folder = Path.GetFullPath($"artifacts/sqlite-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}");
        Directory.CreateDirectory(folder);
        return new SqliteStore(folder, await OpenAsync(folder));
    }

    /// <summary>Opens the database once more, as another process would.</summary>
    public Task<StationDatabase> OpenAgainAsync() => OpenAsync(_folder);

    /// <summary>Makes an event of a usual size: some 500 bytes with everything.</summary>
    public static EventEnvelope MakeEvent(int number) => new()
    {
        Id = Guid.NewGuid(),
        Type = "playout.AiringEnded",
        Producer = "channel-output",
        Time = Instant.FromUtc(2026, 1, 1, 0, 0) + Duration.FromSeconds(number),
        RunId = "6f1a2d40-3f5e-4c8a-9a55-0c6d2a7b9e11",
        CorrelationId = "b2a4c7de-1f34-4c59-8a33-1d2e3f405162",
        Payload = JsonElement.Parse(
            $$"""{"airingId":"0d9f1c1e-7f0b-4a53-9a0e-5a3a5b8d7c21","entry":"7c9e6679-7425-40de-944b-e07fc1f90ae7","title":"The evening news","number":{{number}},"start":"2026-01-01T20:00:00Z","end":"2026-01-01T20:15:00Z","status":"AIRED"}"""),
    };

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static Task<StationDatabase> OpenAsync(string folder) =>
        StationDatabase.OpenAsync(new StationDatabaseOptions { Connection = Path.Combine(folder, "station.db") }, SystemClock.Instance);
}
