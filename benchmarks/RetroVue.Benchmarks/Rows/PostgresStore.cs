using System.Globalization;
using NodaTime;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage;

namespace RetroVue.Benchmarks.Rows;

/// <summary>A new database on the PostgreSQL server that the environment names, as tests/lab/postgres makes it.</summary>
internal static class PostgresStore
{
    private static readonly string s_name = $"retrovue_{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}";

    public static async Task<StationDatabase> OpenAsync()
    {
        await using var connection = new Npgsql.NpgsqlConnection($"Host={Value("PGHOST")};Username={Value("PGUSER")};Database={Value("PGDATABASE")};Pooling=false");
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand($"CREATE DATABASE {s_name}", connection);
        await command.ExecuteNonQueryAsync();
        return await OpenAgainAsync();
    }

    /// <summary>Opens the database once more, as another process would.</summary>
    public static Task<StationDatabase> OpenAgainAsync() => StationDatabase.OpenAsync(
        new StationDatabaseOptions { Connection = $"Host={Value("PGHOST")};Username={Value("PGUSER")};Database={s_name}" }, SystemClock.Instance);

    /// <summary>Makes events of a usual size.</summary>
    public static EventEnvelope[] Make(int first, int count) => [.. Enumerable.Range(first, count).Select(SqliteStore.MakeEvent)];

    private static string Value(string name) => Environment.GetEnvironmentVariable(name)
        ?? throw new UsageException($"The environment has no {name}. Run this within tests/lab/postgres.");
}
