using System.Text.Json;
using Microsoft.Data.Sqlite;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Sqlite;

/// <summary>Reads events on one connection.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class SqliteReader : IDisposable
{
    /// <summary>The most bytes of one answer, unless its first event alone has more.</summary>
    private const int MostBytes = 8 * 1024 * 1024;

    private readonly string _file;
    private readonly StationConnection _connection;
    private readonly SqliteStatement _read;
    private readonly SqliteStatement _last;
    private readonly SqliteStatement _highest;

    /// <summary>Takes over a connection.</summary>
    public SqliteReader(StationConnection connection)
    {
        (_connection, _file) = (connection, connection.DataSource);
        _read = new SqliteStatement(connection, "SELECT id, payload FROM outbox WHERE id > ?1 ORDER BY id LIMIT ?2");
        _last = new SqliteStatement(connection, "SELECT max(id) FROM outbox");
        _highest = new SqliteStatement(connection, "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'");
    }

    /// <summary>Returns events after an offset.</summary>
    public IReadOnlyList<LoggedEvent> Read(long offset, int limit)
    {
        var events = new List<LoggedEvent>();
        try
        {
            _read.Bind(1, offset);
            _read.Bind(2, limit);
            long bytes = 0;
            while (_read.Step())
            {
                ReadOnlySpan<byte> json = _read.Text(1);
                if (events.Count > 0 && bytes + json.Length > MostBytes)
                {
                    break;
                }

                bytes += json.Length;
                events.Add(new LoggedEvent(_read.Number(0), EventEnvelope.FromStore(json)));
            }
        }
        catch (JsonException exception)
        {
            // What comes before it can be read; it is the first of the next call.
            return events.Count > 0 ? events : throw SqliteErrors.Unreadable(_file, _read.Number(0), exception);
        }
        finally
        {
            _read.Reset();
        }

        return events;
    }

    /// <summary>True if there is an event after an offset.</summary>
    public bool HasAfter(long offset)
    {
        try
        {
            return _last.Step() && _last.Number(0) > Math.Max(offset, 0);
        }
        finally
        {
            _last.Reset();
        }
    }

    /// <summary>Returns the highest offset that was ever given; −1 if none was.</summary>
    public long Latest()
    {
        try
        {
            return _highest.Step() && _highest.Number(0) is > 0 and long highest ? highest : -1;
        }
        finally
        {
            _highest.Reset();
        }
    }

    public void Dispose()
    {
        _read.Dispose();
        _last.Dispose();
        _highest.Dispose();
        _connection.Dispose();
    }
}
