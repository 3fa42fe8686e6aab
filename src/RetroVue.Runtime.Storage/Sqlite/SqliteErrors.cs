using System.Text.Json;
using Microsoft.Data.Sqlite;
using RetroVue.Runtime.Events;
using SQLitePCL;

namespace RetroVue.Runtime.Storage.Sqlite;

/// <summary>What SQLite's errors mean for a station: the file, the cause, the remedy. Source: sqlite.org/rescode.html.</summary>
internal static class SqliteErrors
{
    /// <summary>Returns the error as an exception of the log.</summary>
    /// <param name="what">What failed, as a sentence without its end.</param>
    /// <param name="file">The path of the database's file.</param>
    /// <param name="error">The driver's error.</param>
    public static EventException Explain(string what, string file, Exception error)
    {
        if (error is not SqliteException sqlite)
        {
            return new EventException($"{what} in '{file}': {error.Message}", isTransient: error is IOException, error);
        }

        (string cause, bool isTransient) = sqlite.SqliteErrorCode switch
        {
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => (
                $"it is locked by another process or connection for more than {WriterGate.Patience.TotalSeconds:0} s. Look who has it open (fuser '{file}'), and end what writes to it for long.",
                true),
            raw.SQLITE_FULL => ("its disk is full, or the size that the database may have is used up. Nothing that was written before is lost. Make room on the disk.", true),
            raw.SQLITE_IOERR => ($"its disk reports an error ({Text(sqlite)}). Check the disk and the kernel's log.", true),
            raw.SQLITE_CANTOPEN => (CannotOpen(file), false),
            raw.SQLITE_NOTADB => ("it is no SQLite database. Give another file, or move this one away to begin a new database.", false),
            raw.SQLITE_CORRUPT => ("it is damaged. Stop the station and put back a back-up; 'sqlite3 FILE .recover' saves what can be read.", false),
            raw.SQLITE_READONLY => (ReadOnly(file, sqlite.SqliteExtendedErrorCode), false),
            raw.SQLITE_PERM or raw.SQLITE_AUTH => ($"{Environment.UserName} may not use it. Allow it (chown, chmod), or give another file.", false),
            _ => ($"{Text(sqlite)}.", false),
        };
        return new EventException($"{what}. The database '{file}' cannot be used: {cause}", isTransient, error);
    }

    /// <summary>Returns that an event in the log is damaged.</summary>
    public static EventException Unreadable(string file, long id, JsonException error) => new(
        $"The event {id} in '{file}' is no event any more: {error.Message} Somebody has changed it. Put back a back-up, or repair its column 'payload'.",
        isTransient: false,
        error);

    /// <summary>Returns that the file cannot be written to.</summary>
    public static string ReadOnly(string file, int code = 0) => code == raw.SQLITE_READONLY_DBMOVED
        ? "it was moved or deleted while it was open. Put it back, and start again."
        : $"it cannot be written to by {Environment.UserName}: the file, its folder or its disk is read-only. Allow it (chmod u+w, mount -o remount,rw), or give another file than '{file}'.";

    private static string CannotOpen(string file)
    {
        string folder = Path.GetDirectoryName(file)!;
        return Directory.Exists(file) ? "it is a folder. Give the path of a file in it."
            : !Directory.Exists(folder) ? $"there is no folder '{folder}'. Make it, or give another path."
            : $"{Environment.UserName} may not open it, or may not make files in its folder. Allow it (chown, chmod), or give another file.";
    }

    private static string Text(SqliteException error) => $"{raw.sqlite3_errstr(error.SqliteExtendedErrorCode).utf8_to_string()}, code {error.SqliteExtendedErrorCode}";
}
