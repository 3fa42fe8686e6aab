using Npgsql;
using NpgsqlTypes;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Postgres;

/// <summary>
/// The statements on the table "outbox". They follow one rule, which makes an event's position its order:
/// <b>only a transaction that holds the lock gives positions.</b>
/// </summary>
/// <remarks>
/// <para>
/// Thread-safe. Why the rule is enough: PostgreSQL releases a transaction's locks after its commit has become visible to others (CommitTransaction
/// calls ProcArrayEndTransaction before ResourceOwnerRelease). So the next holder of the lock sees all positions that were given, and gives higher
/// ones; and a reader who sees a position sees all lower ones, because they were visible before it was given. The last position is a row that the
/// same transaction changes: a rollback or a crash takes the positions back together with the events, so there are no gaps.
/// </para>
/// <para>
/// A statement sees what was committed when it began. So the lock is taken by a statement of its own, before the one that reads the last
/// position; both are of one transaction with the isolation level "read committed". It is never waited for: who does not get it writes its events
/// without positions, and whoever gets it next gives them positions, in the order of their ids. The ids of an append follow each other, because
/// it takes one number of the sequence, and the sequence counts in steps of <see cref="MostEvents"/>.
/// </para>
/// </remarks>
internal sealed class Outbox(PostgresDatabase database)
{
    /// <summary>The channel of the notifications.</summary>
    public const string Channel = "retrovue_outbox";

    /// <summary>The most events of an append: the step of the sequence.</summary>
    public const int MostEvents = 1_048_576;

    /// <summary>The key of the lock: "RetroLog" in ASCII.</summary>
    public const long Key = 0x52_65_74_72_6F_4C_6F_67;

    /// <summary>The most bytes that are read at once, unless one event has more.</summary>
    private const int MostBytesRead = 8 * 1024 * 1024;

    private const string Begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

    /// <summary>
    /// Tries to take the lock; the next statements read the answer from a setting, so that all travel together. While the lock is held, nothing
    /// waits long for another transaction: only one that has written an event with the same id and is still open can make it wait.
    /// </summary>
    private static readonly string s_lock =
        $"SELECT set_config('retrovue.placing', pg_try_advisory_xact_lock({Key})::text, true), set_config('lock_timeout', '100', true)";

    /// <summary>
    /// Gives positions to the oldest events that have none: to some 5000, and to the rest of the last one's append, so that nothing comes between. If
    /// there may be more of them, no other events get positions in this transaction: they would overtake the older ones.
    /// </summary>
    private const string Place = """
        WITH last AS MATERIALIZED (
            SELECT COALESCE(
                (SELECT ((id - 1) | 1048575) + 1 FROM outbox WHERE position IS NULL ORDER BY id OFFSET 4999 LIMIT 1),
                9223372036854775807) AS id
            WHERE current_setting('retrovue.placing')::boolean),
        unplaced AS MATERIALIZED (
            SELECT outbox.id, row_number() OVER (ORDER BY outbox.id) AS n FROM last JOIN outbox ON position IS NULL AND outbox.id <= last.id),
        moved AS (
            UPDATE outbox_position SET last_position = last_position + total.n
            FROM (SELECT count(*) AS n FROM unplaced) AS total WHERE total.n > 0
            RETURNING last_position, total.n),
        placed AS (
            UPDATE outbox SET position = moved.last_position - moved.n + unplaced.n FROM unplaced, moved WHERE outbox.id = unplaced.id)
        SELECT last_position, set_config('retrovue.placing', (n < 5000)::text, true) FROM moved
        """;

    /// <summary>Writes events, with positions if this transaction gives them.</summary>
    private const string Insert = """
        WITH moved AS (
            UPDATE outbox_position SET last_position = last_position + cardinality($1)
            WHERE current_setting('retrovue.placing')::boolean RETURNING last_position),
        written AS (
            INSERT INTO outbox (id, position, event_id, type, payload, created_at)
            SELECT (SELECT CASE WHEN $5 = 0 THEN nextval('outbox_id_seq') ELSE currval('outbox_id_seq') END) + $5 + n - 1,
                (SELECT last_position FROM moved) - cardinality($1) + n, event_id, type, payload, created_at
            FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS one (event_id, type, payload, created_at, n))
        SELECT (SELECT last_position FROM moved)
        """;

    /// <summary>Writes the new ones of some events, without positions; returns the transaction's id.</summary>
    private const string InsertUnplaced = """
        WITH written AS (
            INSERT INTO outbox (id, event_id, type, payload, created_at)
            SELECT (SELECT CASE WHEN $5 = 0 THEN nextval('outbox_id_seq') ELSE currval('outbox_id_seq') END) + $5 + n - 1,
                event_id, type, payload, created_at
            FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS one (event_id, type, payload, created_at, n)
            ORDER BY n
            ON CONFLICT (event_id) DO NOTHING)
        SELECT pg_current_xact_id()
        """;

    /// <summary>Reads events up to a number of bytes. The column is kept uncompressed, so its size in the table is about that of its text.</summary>
    private static readonly string s_read = $"""
        SELECT position, payload
        FROM (
            SELECT position, payload, sum(pg_column_size(payload)) OVER (ORDER BY position ROWS UNBOUNDED PRECEDING) - pg_column_size(payload) AS before
            FROM outbox WHERE position > $1 ORDER BY position LIMIT $2) AS next
        WHERE before < {MostBytesRead}
        """;

    /// <summary>Writes events in a transaction of its own.</summary>
    /// <param name="events">The events; each id only once.</param>
    /// <returns>The last position that was given; null if another process holds the lock, so that the events have no positions yet.</returns>
    /// <exception cref="PostgresException">The log has one of the events already, or an open transaction has; nothing was written.</exception>
    public async Task<long?> WriteAsync(IReadOnlyList<EventEnvelope> events)
    {
        long? last = null;
        NpgsqlConnection connection = await database.OpenOwnAsync(CancellationToken.None).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            foreach (EventRows rows in EventRows.Of(events))
            {
                NpgsqlBatch batch = connection.CreateBatch();
                await using (batch.ConfigureAwait(false))
                {
                    if (rows.First == 0)
                    {
                        Add(batch, Begin);
                        Add(batch, s_lock);
                        Add(batch, Place);
                    }

                    Add(batch, Insert, rows);
                    if (rows.IsLast)
                    {
                        Add(batch, "COMMIT");
                    }

                    last = await LastPositionAsync(batch).ConfigureAwait(false);
                }
            }
        }

        return last;
    }

    /// <summary>Writes those of some events that the log does not have, without positions, in a transaction of its own.</summary>
    public async Task WriteUnplacedAsync(IReadOnlyList<EventEnvelope> events)
    {
        NpgsqlConnection connection = await database.OpenOwnAsync(CancellationToken.None).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            NpgsqlTransaction transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await WriteUnplacedAsync(events, transaction, CancellationToken.None).ConfigureAwait(false);
                await transaction.CommitAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Writes those of some events that the log does not have, without positions, in the caller's transaction.</summary>
    /// <returns>The transaction's id in the database.</returns>
    public static async Task<ulong> WriteUnplacedAsync(IReadOnlyList<EventEnvelope> events, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        ulong id = 0;
        foreach (EventRows rows in EventRows.Of(events))
        {
            NpgsqlBatch batch = transaction.Connection!.CreateBatch();
            await using (batch.ConfigureAwait(false))
            {
                Add(batch, InsertUnplaced, rows);
                id = (ulong)(await batch.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
            }
        }

        return id;
    }

    /// <summary>Gives positions to events that have none, as far as no other process does so.</summary>
    /// <returns>The last position that was given; null if none was.</returns>
    public async Task<long?> PlaceAsync(CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = await database.OpenOwnAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            NpgsqlBatch batch = connection.CreateBatch();
            await using (batch.ConfigureAwait(false))
            {
                Add(batch, Begin);
                Add(batch, s_lock);
                Add(batch, Place);
                Add(batch, "COMMIT");
                return await LastPositionAsync(batch).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Looks what has changed, and which transactions are still open.</summary>
    public async Task<OutboxState> LookAsync(ulong[] transactions, CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = await database.OpenOwnAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            NpgsqlBatch batch = connection.CreateBatch();
            await using (batch.ConfigureAwait(false))
            {
                // Two statements in this order: what the first one calls ended, the second one sees.
                Add(batch, "SELECT one FROM unnest($1) AS one WHERE pg_xact_status(one) = 'in progress'")
                    .Parameters.Add(new NpgsqlParameter { Value = transactions, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Xid8 });
                Add(batch, "SELECT EXISTS (SELECT FROM outbox WHERE position IS NULL), COALESCE((SELECT max(position) FROM outbox), 0)");
                NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    HashSet<ulong> open = [];
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        open.Add(Transaction(reader));
                    }

                    await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
                    await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                    return new OutboxState(open, reader.GetBoolean(0), reader.GetInt64(1));
                }
            }
        }
    }

    /// <summary>Reads events in the order of their positions.</summary>
    public async Task<List<LoggedEvent>> ReadAsync(long offset, int limit, CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = await database.OpenOwnAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            NpgsqlCommand command = connection.CreateCommand();
            await using (command.ConfigureAwait(false))
            {
                command.CommandText = s_read;
                command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = offset });
                command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = limit });
                NpgsqlDataReader reader = await command.ExecuteReaderAsync(System.Data.CommandBehavior.SingleResult, cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    return Events(reader, limit);
                }
            }
        }
    }

    /// <summary>Returns the last position that was given; 0 if there is none.</summary>
    public async Task<long> GetLastPositionAsync(CancellationToken cancellationToken) =>
        (long)(await ScalarAsync("SELECT last_position FROM outbox_position", cancellationToken).ConfigureAwait(false))!;

    /// <summary>Returns true if there is an event after a position.</summary>
    public async Task<bool> HasAfterAsync(long position, CancellationToken cancellationToken) =>
        await ScalarAsync("SELECT EXISTS (SELECT FROM outbox WHERE position > $1)", cancellationToken, new NpgsqlParameter<long> { TypedValue = position }).ConfigureAwait(false) is true;

    /// <summary>
    /// Tells other processes that there are more events. It is a transaction of its own: the server lets only one transaction with a notification
    /// commit at a time. It says nothing that is not in the table, so its commit does not wait for the disk.
    /// </summary>
    /// <param name="sender">Says whose it is, so that the sender can ignore it.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task NotifyAsync(string sender, CancellationToken cancellationToken) => ScalarAsync(
        $"SELECT set_config('synchronous_commit', 'off', true), pg_notify('{Channel}', $1)", cancellationToken, new NpgsqlParameter<string> { TypedValue = sender });

    private static NpgsqlBatchCommand Add(NpgsqlBatch batch, string sql, EventRows? rows = null)
    {
        var command = new NpgsqlBatchCommand(sql);
        if (rows is not null)
        {
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = rows.Ids, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = rows.Types, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            command.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = rows.Payloads, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb });
            command.Parameters.Add(new NpgsqlParameter<DateTime[]> { TypedValue = rows.Times, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = rows.First });
        }

        batch.BatchCommands.Add(command);
        return command;
    }

    /// <summary>Executes statements, and returns the last of their answers that is a position or null.</summary>
    private static async Task<long?> LastPositionAsync(NpgsqlBatch batch)
    {
        long? last = null;
        NpgsqlDataReader reader = await batch.ExecuteReaderAsync().ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            do
            {
                while (await reader.ReadAsync().ConfigureAwait(false))
                {
                    last = reader.GetFieldType(0) == typeof(long) ? Position(reader) : last;
                }
            }
            while (await reader.NextResultAsync().ConfigureAwait(false));
        }

        return last;
    }

    // The row is in memory, so these do not wait.
    private static long? Position(NpgsqlDataReader reader) => reader.IsDBNull(0) ? null : reader.GetInt64(0);

    private static ulong Transaction(NpgsqlDataReader reader) => reader.GetFieldValue<ulong>(0);

    /// <summary>
    /// Reads rows that are on their way. The server sends them in small pieces; to wait for each of them without blocking the thread takes longer than
    /// to read it.
    /// </summary>
    private static List<LoggedEvent> Events(NpgsqlDataReader reader, int limit)
    {
        List<LoggedEvent> events = new(Math.Min(limit, 1000));
        while (reader.Read())
        {
            events.Add(new LoggedEvent(reader.GetInt64(0), EventEnvelope.FromStore(reader.GetFieldValue<byte[]>(1))));
        }

        return events;
    }

    private async Task<object?> ScalarAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        NpgsqlConnection connection = await database.OpenOwnAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            NpgsqlCommand command = connection.CreateCommand();
            await using (command.ConfigureAwait(false))
            {
                command.CommandText = sql;
                command.Parameters.AddRange(parameters);
                return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
