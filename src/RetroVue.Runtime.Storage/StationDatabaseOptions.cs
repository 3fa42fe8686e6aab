namespace RetroVue.Runtime.Storage;

/// <summary>Where a station's database is, and how it is used. Immutable.</summary>
public sealed record StationDatabaseOptions
{
    /// <summary>
    /// The database: the path of a SQLite file, which is made if there is none; or the address of a PostgreSQL database, as
    /// "postgresql://user:password@host:5432/name" or in Npgsql's form "Host=…;Database=…".
    /// </summary>
    public required string Connection { get; init; }

    /// <summary>True (the default) to bring the tables up to this version when the database is opened; false to fail if they are older.</summary>
    public bool Migrate { get; init; } = true;
}
