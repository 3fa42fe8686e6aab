using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage.Postgres;
using RetroVue.Runtime.Storage.Sqlite;

namespace RetroVue.Runtime.Storage;

/// <summary>Chooses the kind of database by its address.</summary>
internal static class Databases
{
    /// <summary>Returns the database of an address, without opening it.</summary>
    /// <exception cref="EventException">There is no such kind of database.</exception>
    public static Database Create(string connection)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connection);
        if (PostgresAddress.Matches(connection))
        {
            try
            {
                return new PostgresDatabase(connection);
            }
            catch (ArgumentException exception)
            {
                throw new EventException(exception.Message, isTransient: false, exception);
            }
        }

        return connection.Contains("://", StringComparison.Ordinal) || connection.Contains('\0', StringComparison.Ordinal) || connection == ":memory:"
            ? throw new EventException(
                $"'{Scheme(connection)}' is no database of a station. Give the path of a SQLite file, or the address of a PostgreSQL database as postgresql://user:password@host/name.",
                isTransient: false)
            : new SqliteDatabase(connection);
    }

    /// <summary>Returns the folder for events beside a SQLite file; null for another database.</summary>
    public static string? SpoolBeside(string connection) => PostgresAddress.Matches(connection) || connection.Contains("://", StringComparison.Ordinal)
        ? null
        : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(connection)) ?? "/", Path.GetFileNameWithoutExtension(connection) + "-spool");

    // The rest of an address may hold a password.
    private static string Scheme(string connection) => connection.IndexOf("://", StringComparison.Ordinal) is > 0 and int end ? connection[..(end + 3)] + "…" : connection;
}
