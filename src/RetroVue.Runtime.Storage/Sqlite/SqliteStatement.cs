using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace RetroVue.Runtime.Storage.Sqlite;

/// <summary>
/// A prepared statement, straight on SQLite: values go in and out as UTF-8 without a string in between, and a busy database is waited for by
/// SQLite itself, whose steps are finer than the driver's 150 ms.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    /// <summary>Prepares a statement.</summary>
    /// <exception cref="SqliteException">SQLite refuses it.</exception>
    public SqliteStatement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement), _database);
    }

    /// <summary>Sets a number, by its place from 1.</summary>
    public void Bind(int place, long value) => SqliteException.ThrowExceptionForRC(raw.sqlite3_bind_int64(_statement, place, value), _database);

    /// <summary>Sets a text in UTF-8, by its place from 1.</summary>
    public void Bind(int place, ReadOnlySpan<byte> text) => SqliteException.ThrowExceptionForRC(raw.sqlite3_bind_text(_statement, place, text), _database);

    /// <summary>Sets a short text, by its place from 1.</summary>
    public void Bind(int place, string text)
    {
        Span<byte> bytes = stackalloc byte[512];
        Bind(place, Encoding.UTF8.TryGetBytes(text, bytes, out int length) ? bytes[..length] : Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Goes on to the next row; false if there is none.</summary>
    /// <exception cref="SqliteException">It failed; the statement was reset.</exception>
    public bool Step()
    {
        int code = raw.sqlite3_step(_statement);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }

        if (code != raw.SQLITE_DONE)
        {
            Fail(code);
        }

        return false;
    }

    /// <summary>Runs a statement that gives no rows, and makes it ready for the next time.</summary>
    public void Execute()
    {
        while (Step())
        {
        }

        Reset();
    }

    /// <summary>Returns a number of the present row, by its place from 0.</summary>
    public long Number(int place) => raw.sqlite3_column_int64(_statement, place);

    /// <summary>Returns a text of the present row in UTF-8, by its place from 0; valid until the next step.</summary>
    public ReadOnlySpan<byte> Text(int place) => raw.sqlite3_column_blob(_statement, place);

    /// <summary>Ends the reading, and with it the statement's lock.</summary>
    public void Reset() => _ = raw.sqlite3_reset(_statement);

    public void Dispose() => _statement.Dispose();

    private void Fail(int code)
    {
        try
        {
            SqliteException.ThrowExceptionForRC(code, _database);
        }
        finally
        {
            Reset();
        }
    }
}
