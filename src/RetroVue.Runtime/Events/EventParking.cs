using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace RetroVue.Runtime.Events;

/// <summary>The parked events of one consumer: knows the keys that wait, parks what comes behind them, and retries what was released.</summary>
/// <remarks>Only for the consumer's own loop.</remarks>
internal sealed class EventParking(
    IEventStore store, string consumerId, EventDelivery delivery, NodaTime.IClock clock, EventConsumerOptions options, ILogger logger, RuntimeTelemetry telemetry)
{
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    /// <summary>Retries what was released, and learns the keys that wait.</summary>
    public async Task RefreshAsync(CancellationToken stop)
    {
        _keys.Clear();
        IReadOnlyList<ParkedEvent> parked = await store.Parked.GetAsync(consumerId, null, stop).ConfigureAwait(false);
        foreach (IGrouping<string?, ParkedEvent> group in parked.GroupBy(entry => entry.Key, StringComparer.Ordinal))
        {
            foreach (ParkedEvent entry in group)
            {
                bool isStuck = entry is { Error: not null, IsReleased: false };
                if (!isStuck && await RetryAsync(entry, stop).ConfigureAwait(false))
                {
                    continue;
                }

                // The earliest event of a key holds back the later ones; an event without a key holds back none.
                if (group.Key is { } key)
                {
                    _keys.Add(key);
                    break;
                }
            }
        }
    }

    /// <summary>Parks an event if an earlier one of its key is parked; else returns false.</summary>
    public async Task<bool> ParkBehindAsync(LoggedEvent logged, DbTransaction? transaction, CancellationToken stop)
    {
        if (_keys.Count == 0 || options.Key(logged.Event) is not { } key || !_keys.Contains(key))
        {
            return false;
        }

        await KeepAsync(logged, null, transaction, stop).ConfigureAwait(false);
        return true;
    }

    /// <summary>Parks an event that the handler could not handle.</summary>
    public async Task ParkAsync(LoggedEvent logged, Exception error, DbTransaction? transaction, CancellationToken stop)
    {
        RuntimeLog.EventParked(logger, consumerId, logged.Event.Type, logged.Offset, error);
        await KeepAsync(logged, $"{error.GetType().Name}: {error.Message}", transaction, stop).ConfigureAwait(false);
        if (options.Key(logged.Event) is { } key)
        {
            _keys.Add(key);
        }
    }

    private async Task KeepAsync(LoggedEvent logged, string? error, DbTransaction? transaction, CancellationToken stop)
    {
        telemetry.Parked.Add(1, RuntimeTelemetry.ConsumerTag(consumerId));
        var parked = new ParkedEvent(consumerId, logged.Offset, logged.Event.Id, options.Key(logged.Event), error, clock.GetCurrentInstant(), IsReleased: false);
        await store.Parked.ParkAsync(parked, transaction, stop).ConfigureAwait(false);
    }

    /// <summary>Returns true if the event is parked no more.</summary>
    private async Task<bool> RetryAsync(ParkedEvent entry, CancellationToken stop)
    {
        LoggedEvent? logged = (await store.Log.ReadFromAsync(entry.Offset - 1, 1, stop).ConfigureAwait(false)).FirstOrDefault(read => read.Offset == entry.Offset);
        try
        {
            if (!delivery.IsTransactional)
            {
                await HandleAsync(logged, null, stop).ConfigureAwait(false);
                await store.Parked.ForgetAsync(consumerId, entry.Offset, null, stop).ConfigureAwait(false);
                return true;
            }

            EventTransaction transaction = await store.BeginAsync(stop).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                // The offset's lock keeps out another process that runs this consumer; it may have handled the event meanwhile.
                await store.Offsets.GetAsync(consumerId, transaction.Transaction, stop).ConfigureAwait(false);
                IReadOnlyList<ParkedEvent> parked = await store.Parked.GetAsync(consumerId, transaction.Transaction, stop).ConfigureAwait(false);
                if (parked.Any(other => other.Offset == entry.Offset))
                {
                    await HandleAsync(logged, transaction.Transaction, stop).ConfigureAwait(false);
                    await store.Parked.ForgetAsync(consumerId, entry.Offset, transaction.Transaction, stop).ConfigureAwait(false);
                    await transaction.CommitAsync(stop).ConfigureAwait(false);
                }
            }

            return true;
        }
        catch (Exception exception) when (logged is not null && !stop.IsCancellationRequested && !options.IsTransient(exception))
        {
            await ParkAsync(logged, exception, null, stop).ConfigureAwait(false);
            return false;
        }
    }

    private async Task HandleAsync(LoggedEvent? logged, DbTransaction? transaction, CancellationToken stop)
    {
        if (logged is not null)
        {
            await delivery.HandleAsync(logged, transaction, stop).ConfigureAwait(false);
        }
    }
}
