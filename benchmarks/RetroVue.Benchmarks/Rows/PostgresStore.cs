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
        await ExecuteAsync(Value("PGDATABASE"), $"CREATE DATABASE {s_name}");
        return await OpenAgainAsync();
    }

    /// <summary>Does at once what the server does by itself within a minute after many writes, so that it does not disturb the figures.</summary>
    public static Task VacuumAsync() => ExecuteAsync(s_name, "VACUUM ANALYZE outbox");

    /// <summary>Opens the database once more, as another process would.</summary>
    public static Task<StationDatabase> OpenAgainAsync() => StationDatabase.OpenAsync(
        new StationDatabaseOptions { Connection = $"Host={Value("PGHOST")};Username={Value("PGUSER")};Database={s_name}" }, SystemClock.Instance);

    /// <summary>Makes events of a usual size.</summary>
    public static EventEnvelope[] Make(int first, int count) => [.. Enumerable.Range(first, count).Select(SqliteStore.MakeEvent)];

    private static async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new Npgsql.NpgsqlConnection($"Host={Value("PGHOST")};Username={Value("PGUSER")};Database={database};Pooling=false;Command Timeout=600");
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static string Value(string name) => Environment.GetEnvironmentVariable(name)
        ?? throw new UsageException($"The environment has no {name}. Run this within tests/lab/postgres.");
}
