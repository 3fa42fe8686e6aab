using Microsoft.Data.Sqlite;
using RetroVue.Runtime.Events;
using SQLitePCL;

namespace RetroVue.Runtime.Storage.Sqlite;

/// <summary>Copies a database while it is used. Source: sqlite.org/lang_vacuum.html, VACUUM INTO.</summary>
internal static class SqliteBackUp
{
    /// <summary>Writes the copy beside its final place, and moves it there when it is safe on the disk.</summary>
    public static Task WriteAsync(SqliteDatabase database, string file, CancellationToken cancellationToken)
    {
        foreach (string own in new[] { database.File, database.File + "-wal", database.File + "-shm", database.File + ".lock" })
        {
            if (string.Equals(file, own, StringComparison.Ordinal))
            {
                throw new ArgumentException($"'{file}' is the database itself; give another file for its copy.", nameof(file));
            }
        }

        // It may take minutes, and SQLite works on the thread that calls it.
        return Task.Run(() => Write(database, file, cancellationToken), cancellationToken);
    }

    private static void Write(SqliteDatabase database, string file, CancellationToken cancellationToken)
    {
        string part = $"{file}.{Guid.NewGuid():N}.part";
        try
        {
            Copy(database, part, cancellationToken);
            using (var written = new FileStream(part, FileMode.Open, FileAccess.ReadWrite))
            {
                written.Flush(flushToDisk: true);
            }

            File.Move(part, file, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EventException($"The back-up '{file}' was not written: {exception.Message}", isTransient: false, exception);
        }
        finally
        {
            Delete(part);
        }
    }

    private static void Copy(SqliteDatabase database, string part, CancellationToken cancellationToken)
    {
        using StationConnection connection = database.Open();
        sqlite3 handle = connection.Handle!;
        try
        {
            using var copy = new SqliteStatement(connection, "VACUUM INTO ?1");
            copy.Bind(1, part);
            using CancellationTokenRegistration cancelled = cancellationToken.Register(() => raw.sqlite3_interrupt(handle));
            copy.Execute();
        }
        catch (SqliteException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (SqliteException exception)
        {
            throw exception.SqliteErrorCode is raw.SQLITE_CANTOPEN or raw.SQLITE_FULL or raw.SQLITE_READONLY
                ? new EventException(
                    $"The back-up '{part}' of {database.Name} was not written: its disk is full, its folder does not exist, or {Environment.UserName} may not write there. Make room, or give another file.",
                    exception.SqliteErrorCode == raw.SQLITE_FULL,
                    exception)
                : database.Explain("A back-up was not written", exception);
        }
    }

    private static void Delete(string part)
    {
        try
        {
            File.Delete(part);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The error that is on its way says what is wrong with the folder.
        }
    }
}
