using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage.Values;
using SQLitePCL;

namespace RetroVue.Runtime.Storage.Sqlite;

/// <summary>Writes events on one connection.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class SqliteWriter : IDisposable
{
    // ON CONFLICT DO NOTHING would use up an id for each event that is there already, and leave a gap.
    private const string Insert =
        "INSERT INTO outbox (event_id, type, payload, created_at) SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE event_id = ?1)";

    private readonly StationConnection _connection;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _commit;

    /// <summary>Takes over a connection.</summary>
    public SqliteWriter(StationConnection connection)
    {
        _connection = connection;
        _begin = new SqliteStatement(connection, "BEGIN IMMEDIATE");
        _insert = new SqliteStatement(connection, Insert);
        _commit = new SqliteStatement(connection, "COMMIT");
    }

    /// <summary>Writes events into the transaction of somebody else.</summary>
    public static void Write(Microsoft.Data.Sqlite.SqliteConnection connection, IReadOnlyList<EventEnvelope> events)
    {
        using var insert = new SqliteStatement(connection, Insert);
        Write(insert, events);
    }

    /// <summary>Writes appends in one transaction. After an error the writer is of no use any more.</summary>
    public void Write(IReadOnlyList<IReadOnlyList<EventEnvelope>> appends)
    {
        // A statement alone is a transaction; SQLite then begins, writes and commits in one call.
        if (appends is [[_]])
        {
            Write(_insert, appends[0]);
            return;
        }

        _begin.Execute();
        foreach (IReadOnlyList<EventEnvelope> events in appends)
        {
            Write(_insert, events);
        }

        _commit.Execute();
    }

    /// <summary>Rolls back what is open, and closes the connection.</summary>
    public void Dispose()
    {
        _begin.Dispose();
        _insert.Dispose();
        _commit.Dispose();
        if (raw.sqlite3_get_autocommit(_connection.Handle) == 0)
        {
            _ = raw.sqlite3_exec(_connection.Handle, "ROLLBACK");
        }

        _connection.Dispose();
    }

    private static void Write(SqliteStatement insert, IReadOnlyList<EventEnvelope> events)
    {
        foreach (EventEnvelope @event in events)
        {
            insert.Bind(1, new StoredId(@event.Id).Text);
            insert.Bind(2, @event.Type);
            insert.Bind(3, @event.ToJson());
            insert.Bind(4, new StoredTime(@event.Time).Text);
            insert.Execute();
        }
    }
}
