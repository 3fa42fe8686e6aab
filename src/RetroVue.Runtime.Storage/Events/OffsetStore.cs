using System.Data.Common;
using Dapper;
using NodaTime;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage.Values;

namespace RetroVue.Runtime.Storage.Events;

/// <summary>How far each consumer has come, in table consumer_offsets. Source: document 002, 8.2.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class OffsetStore(Database database, IClock clock) : IOffsetStore
{
    public Task<long> GetAsync(string consumerId, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        ConsumerIds.Check(consumerId);
        return transaction is null
            ? database.ReadAsync("A consumer's offset was not read", null, connection => ReadAsync(connection, null, string.Empty), cancellationToken)
            : database.WriteAsync("A consumer's offset was not read", transaction, LockAsync, cancellationToken);

        async Task<long> LockAsync(DbTransaction locking)
        {
            // Also a consumer without an offset has to be locked, so its row is made.
            await locking.Connection!.ExecuteAsync(new CommandDefinition(
                "INSERT INTO consumer_offsets (consumer_id, last_offset, updated_at) VALUES (@Id, -1, @Now) ON CONFLICT (consumer_id) DO NOTHING",
                new { Id = consumerId, Now = new StoredTime(clock.GetCurrentInstant()) },
                locking,
                cancellationToken: cancellationToken)).ConfigureAwait(false);
            return await ReadAsync(locking.Connection!, locking, database.ForUpdate).ConfigureAwait(false);
        }

        async Task<long> ReadAsync(DbConnection connection, DbTransaction? within, string forUpdate) =>
            await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
                $"SELECT last_offset FROM consumer_offsets WHERE consumer_id = @Id {forUpdate}",
                new { Id = consumerId },
                within,
                cancellationToken: cancellationToken)).ConfigureAwait(false) ?? -1;
    }

    public Task SetAsync(string consumerId, long offset, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        ConsumerIds.Check(consumerId);
        ArgumentOutOfRangeException.ThrowIfLessThan(offset, -1);
        return database.WriteAsync(
            "A consumer's offset was not written",
            transaction,
            writing => writing.Connection!.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO consumer_offsets (consumer_id, last_offset, updated_at) VALUES (@Id, @Offset, @Now)
                ON CONFLICT (consumer_id) DO UPDATE SET last_offset = excluded.last_offset, updated_at = excluded.updated_at
                WHERE consumer_offsets.last_offset < excluded.last_offset
                """,
                new { Id = consumerId, Offset = offset, Now = new StoredTime(clock.GetCurrentInstant()) },
                writing,
                cancellationToken: cancellationToken)),
            cancellationToken);
    }

    public Task<IReadOnlyDictionary<string, long>> GetAllAsync(CancellationToken cancellationToken = default) => database.ReadAsync(
        "The consumers' offsets were not read",
        null,
        async connection => (IReadOnlyDictionary<string, long>)(await connection.QueryAsync<(string Id, long Offset)>(new CommandDefinition(
            "SELECT consumer_id, last_offset FROM consumer_offsets WHERE last_offset >= 0",
            cancellationToken: cancellationToken)).ConfigureAwait(false)).ToDictionary(row => row.Id, row => row.Offset, StringComparer.Ordinal),
        cancellationToken);
}
