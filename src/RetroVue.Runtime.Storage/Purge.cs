using Dapper;
using NodaTime;
using RetroVue.Runtime.Storage.Values;

namespace RetroVue.Runtime.Storage;

/// <summary>Deletes old rows, some at a time, each time in a transaction of its own: so writers wait for milliseconds only.</summary>
internal sealed class Purge(Database database, CancellationToken cancellationToken)
{
    private const int Step = 500;

    /// <summary>Deletes events before a time that every consumer has finished.</summary>
    public Task<long> EventsAsync(Instant before) => DeleteAsync(
        $"""
        DELETE FROM outbox WHERE {database.Position} IN (
            SELECT {database.Position} FROM outbox
            WHERE created_at < @Before
              AND {database.Position} <= (SELECT COALESCE(MIN(last_offset), 9223372036854775807) FROM consumer_offsets)
              AND NOT EXISTS (SELECT 1 FROM parked_events WHERE parked_events.position = outbox.{database.Position})
            LIMIT @Step)
        """,
        before);

    /// <summary>Deletes airings that ended before a time.</summary>
    public Task<long> AsRunAsync(Instant before) => DeleteAsync(
        "DELETE FROM as_run WHERE airing_id IN (SELECT airing_id FROM as_run WHERE end_at < @Before AND NOT is_open LIMIT @Step)", before);

    /// <summary>Deletes sessions that ended before a time.</summary>
    public Task<long> ViewerSessionsAsync(Instant before) => DeleteAsync(
        "DELETE FROM viewer_sessions WHERE id IN (SELECT id FROM viewer_sessions WHERE ended_at < @Before LIMIT @Step)", before);

    /// <summary>Deletes entries that ended before a time, and the generations that have no entry any more, but the newest of a channel.</summary>
    public async Task<long> SchedulesAsync(Instant before)
    {
        long count = await DeleteAsync(
            """
            DELETE FROM schedule_entries WHERE end_at < @Before AND (channel_id, generation, id) IN (
                SELECT channel_id, generation, id FROM schedule_entries WHERE end_at < @Before LIMIT @Step)
            """,
            before).ConfigureAwait(false);
        await DeleteAsync(
            """
            DELETE FROM schedule_generations WHERE (channel_id, generation) IN (
                SELECT channel_id, generation FROM schedule_generations AS old
                WHERE published_at < @Before
                  AND generation < (SELECT MAX(generation) FROM schedule_generations AS newest WHERE newest.channel_id = old.channel_id)
                  AND NOT EXISTS (SELECT 1 FROM schedule_entries AS entry WHERE entry.channel_id = old.channel_id AND entry.generation = old.generation)
                LIMIT @Step)
            """,
            before).ConfigureAwait(false);
        return count;
    }

    private async Task<long> DeleteAsync(string sql, Instant before)
    {
        long all = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = await database.WriteAsync(
                "Old rows were not deleted",
                null,
                writing => writing.Connection!.ExecuteAsync(new CommandDefinition(
                    sql, new { Before = new StoredTime(before), Step }, writing, cancellationToken: cancellationToken)),
                cancellationToken).ConfigureAwait(false);
            all += count;
            if (count < Step)
            {
                return all;
            }
        }
    }
}
