using NodaTime;

namespace RetroVue.Runtime.Storage.Tests;

/// <summary>Opens databases for tests.</summary>
internal static class TestDatabase
{
    /// <summary>Opens a database.</summary>
    public static Task<StationDatabase> OpenAsync(string connection, IClock? clock = null) =>
        StationDatabase.OpenAsync(Options(connection), clock ?? SystemClock.Instance);

    /// <summary>Returns the options of a database.</summary>
    public static StationDatabaseOptions Options(string connection) => new() { Connection = connection };
}
