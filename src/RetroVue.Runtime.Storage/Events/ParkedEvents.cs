using System.Data.Common;
using Dapper;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage.Values;

namespace RetroVue.Runtime.Storage.Events;

/// <summary>The events that consumers have put aside, in table parked_events.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ParkedEvents(Database database) : IParkedEvents
{
    public Task ParkAsync(ParkedEvent parked, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(parked);
        ConsumerIds.Check(parked.ConsumerId, nameof(parked));
        // Keys and errors come from anywhere: to lose an event because of a character in its error would be worse than to lose the character.
        return WriteAsync(
            "An event was not put aside",
            """
            INSERT INTO parked_events (consumer_id, position, event_id, event_key, error, parked_at, is_released)
            VALUES (@ConsumerId, @Offset, @EventId, @Key, @Error, @ParkedAt, @IsReleased)
            ON CONFLICT (consumer_id, position) DO UPDATE SET error = excluded.error, is_released = excluded.is_released
            """,
            new
            {
                parked.ConsumerId,
                parked.Offset,
                EventId = new StoredId(parked.EventId),
                Key = parked.Key is null ? null : StoredText.Cleaned(parked.Key),
                Error = parked.Error is null ? null : StoredText.Cleaned(parked.Error),
                ParkedAt = new StoredTime(parked.ParkedAt),
                IsReleased = false,
            },
            transaction,
            cancellationToken);
    }

    public Task<IReadOnlyList<ParkedEvent>> GetAsync(string consumerId, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        ConsumerIds.Check(consumerId);
        return database.ReadAsync(
            "The parked events were not read",
            transaction,
            async connection => (IReadOnlyList<ParkedEvent>)[.. (await connection.QueryAsync<Row>(new CommandDefinition(
                """
                SELECT consumer_id AS ConsumerId, position AS Position, event_id AS EventId, event_key AS EventKey, error AS Error,
                       parked_at AS ParkedAt, is_released AS IsReleased
                FROM parked_events WHERE consumer_id = @Id ORDER BY position
                """,
                new { Id = consumerId },
                transaction,
                cancellationToken: cancellationToken)).ConfigureAwait(false)).Select(row => row.ToParked())],
            cancellationToken);
    }

    public async Task<bool> RetryAsync(string consumerId, long offset, CancellationToken cancellationToken = default) => await WriteAsync(
        "A parked event was not released",
        "UPDATE parked_events SET is_released = @Released WHERE consumer_id = @Id AND position = @Offset",
        new { Id = Checked(consumerId), Offset = offset, Released = true },
        null,
        cancellationToken).ConfigureAwait(false) > 0;

    public async Task<bool> DropAsync(string consumerId, long offset, CancellationToken cancellationToken = default) =>
        await DeleteAsync("A parked event was not given up", consumerId, offset, null, cancellationToken).ConfigureAwait(false) > 0;

    public Task ForgetAsync(string consumerId, long offset, DbTransaction? transaction = null, CancellationToken cancellationToken = default) =>
        DeleteAsync("A parked event was not forgotten", consumerId, offset, transaction, cancellationToken);

    private Task<int> DeleteAsync(string what, string consumerId, long offset, DbTransaction? transaction, CancellationToken cancellationToken) => WriteAsync(
        what,
        "DELETE FROM parked_events WHERE consumer_id = @Id AND position = @Offset",
        new { Id = Checked(consumerId), Offset = offset },
        transaction,
        cancellationToken);

    private Task<int> WriteAsync(string what, string sql, object parameters, DbTransaction? transaction, CancellationToken cancellationToken) => database.WriteAsync(
        what,
        transaction,
        writing => writing.Connection!.ExecuteAsync(new CommandDefinition(sql, parameters, writing, cancellationToken: cancellationToken)),
        cancellationToken);

    private static string Checked(string consumerId)
    {
        ConsumerIds.Check(consumerId);
        return consumerId;
    }

    private sealed class Row
    {
        public required string ConsumerId { get; init; }

        public long Position { get; init; }

        public StoredId EventId { get; init; }

        public string? EventKey { get; init; }

        public string? Error { get; init; }

        public StoredTime ParkedAt { get; init; }

        public bool IsReleased { get; init; }

        public ParkedEvent ToParked() => new(ConsumerId, Position, EventId.Value, EventKey, Error, ParkedAt.Value, IsReleased);
    }
}
