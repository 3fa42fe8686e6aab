using System.Data.Common;
using System.Diagnostics.Metrics;
using Dapper;
using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Journal;
using RetroVue.Runtime.Storage.Values;

namespace RetroVue.Runtime.Storage.Tables;

/// <summary>
/// Makes the tables channels and viewer_sessions from the station's events. A row and the offset of its event are committed together, so each
/// event takes effect once; the tables can be emptied and made again from the log.
/// </summary>
/// <remarks>Thread-safe. Several processes may run it on the same database.</remarks>
public sealed class StationTables : IAsyncDisposable
{
    /// <summary>The id of the consumer that makes the tables.</summary>
    public const string ConsumerId = "station-tables";

    private readonly EventConsumer _consumer;

    /// <summary>Begins to follow the log.</summary>
    /// <param name="database">The database of the log and of the tables.</param>
    /// <param name="clock">Station time.</param>
    /// <param name="loggerFactory">Makes the loggers; null for none.</param>
    /// <param name="meterFactory">Makes the meter; null for the one that all callers without a factory share.</param>
    public StationTables(StationDatabase database, IClock clock, ILoggerFactory? loggerFactory = null, IMeterFactory? meterFactory = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        var options = new EventConsumerOptions
        {
            Types = [StationEvents.StationStarted, StationEvents.StationStopped, StationEvents.ViewerJoined, StationEvents.ViewerLeft],
        };
        _consumer = new EventConsumer(database, ConsumerId, HandleAsync, clock, options, loggerFactory, meterFactory);
        _consumer.Start();
    }

    /// <summary>Stops after the event that is being handled; the next process goes on with the one after it.</summary>
    public ValueTask DisposeAsync() => _consumer.DisposeAsync();

    private static Task HandleAsync(LoggedEvent logged, DbTransaction transaction, CancellationToken stop) => logged.Event.Type switch
    {
        StationEvents.StationStarted => StartAsync(logged.Event, transaction, stop),
        StationEvents.StationStopped => EndSessionsAsync(logged.Event, transaction, stop),
        StationEvents.ViewerJoined => JoinAsync(logged.Event, transaction, stop),
        _ => LeaveAsync(logged.Event, transaction, stop),
    };

    private static async Task StartAsync(EventEnvelope started, DbTransaction transaction, CancellationToken stop)
    {
        // Who was still there when the last process was killed.
        await EndSessionsAsync(started, transaction, stop).ConfigureAwait(false);
        StationStarted payload = started.ReadPayload(StationPayloads.StationStarted)!;
        await ExecuteAsync(
            transaction,
            "UPDATE channels SET is_active = @No, updated_at = @At WHERE is_active = @Yes",
            new { No = false, Yes = true, At = new StoredTime(started.Time) },
            stop).ConfigureAwait(false);
        foreach (ChannelFacts channel in payload.Channels)
        {
            await ExecuteAsync(
                transaction,
                // A channel that was renamed leaves its short name to another one.
                "UPDATE channels SET short_name = 'was-' || id WHERE short_name = @ShortName AND id <> @Id",
                new { Id = new StoredId(channel.Id), channel.ShortName },
                stop).ConfigureAwait(false);
            await ExecuteAsync(
                transaction,
                """
                INSERT INTO channels (id, short_name, name, time_zone, mode, is_active, profile, updated_at)
                VALUES (@Id, @ShortName, @Name, @TimeZone, 'normal', @Yes, @Profile, @At)
                ON CONFLICT (id) DO UPDATE SET short_name = excluded.short_name, name = excluded.name, time_zone = excluded.time_zone,
                    is_active = excluded.is_active, profile = excluded.profile, updated_at = excluded.updated_at
                """,
                new { Id = new StoredId(channel.Id), channel.ShortName, channel.Name, channel.TimeZone, Yes = true, channel.Profile, At = new StoredTime(started.Time) },
                stop).ConfigureAwait(false);
        }
    }

    private static Task<int> EndSessionsAsync(EventEnvelope cause, DbTransaction transaction, CancellationToken stop) => ExecuteAsync(
        transaction, "UPDATE viewer_sessions SET ended_at = @At WHERE ended_at IS NULL", new { At = new StoredTime(cause.Time) }, stop);

    private static Task<int> JoinAsync(EventEnvelope joined, DbTransaction transaction, CancellationToken stop)
    {
        ViewerJoined payload = joined.ReadPayload(StationPayloads.ViewerJoined)!;
        return ExecuteAsync(
            transaction,
            """
            INSERT INTO viewer_sessions (id, channel_id, client, started_at, last_activity_at) VALUES (@Id, @Channel, @Client, @At, @At)
            ON CONFLICT (id) DO NOTHING
            """,
            new { Id = new StoredId(payload.Session), Channel = new StoredId(payload.Channel), payload.Client, At = new StoredTime(joined.Time) },
            stop);
    }

    private static Task<int> LeaveAsync(EventEnvelope left, DbTransaction transaction, CancellationToken stop)
    {
        ViewerLeft payload = left.ReadPayload(StationPayloads.ViewerLeft)!;
        return ExecuteAsync(
            transaction,
            "UPDATE viewer_sessions SET ended_at = @At, last_activity_at = @Last WHERE id = @Id",
            new { Id = new StoredId(payload.Session), Last = new StoredTime(payload.LastActivity), At = new StoredTime(left.Time) },
            stop);
    }

    private static Task<int> ExecuteAsync(DbTransaction transaction, string sql, object values, CancellationToken stop) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(sql, values, transaction, cancellationToken: stop));
}
