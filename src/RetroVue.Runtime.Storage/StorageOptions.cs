namespace RetroVue.Runtime.Storage;

/// <summary>What a station keeps, and where.</summary>
public sealed class StorageOptions
{
    /// <summary>The database: <see cref="StationDatabaseOptions.Connection"/>.</summary>
    public string Connection { get; set; } = string.Empty;

    /// <summary>
    /// The folder on this machine where events wait while the database is away; it must belong to this station alone. By default, for a SQLite
    /// file, a folder beside it: "station-spool" for "station.db". PostgreSQL has no default: without a folder, events wait in memory. They do so,
    /// too, if another process uses the folder; that is logged.
    /// </summary>
    public string? SpoolFolder { get; set; }

    /// <summary>How long what is kept. Older rows are deleted at the start, and then once a day.</summary>
    public RetentionPeriods Retention { get; set; } = new();
}
