using System.Collections.Frozen;
using System.Data.Common;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RetroVue.Media.Blocking;

namespace RetroVue.Runtime.Events;

/// <summary>
/// Hands each event of a log to a handler, in order, and keeps how far it has come, so that it goes on there after a stop, a failure or a kill.
/// </summary>
/// <remarks>
/// <para>
/// Thread-safe. With a handler that takes a transaction, the handler's effect and the offset are committed together: each event takes effect
/// exactly once, no matter how many processes run a consumer of the same id. Such a handler makes all its changes in that transaction, and
/// calls the store in no other way. With a handler without a transaction, each event is handled at least once: after a kill, the events since
/// the last kept offset come again, with the same ids. Run such a consumer in one process only.
/// </para>
/// <para>
/// If the handler fails at an event, and not because the store is away (<see cref="EventConsumerOptions.IsTransient"/>), the event is parked with
/// its error, and later events of its key behind it; the others go on. <see cref="IParkedEvents"/> retries or drops parked events.
/// </para>
/// </remarks>
public sealed class EventConsumer : IAsyncDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly IEventStore _store;
    private readonly EventConsumerOptions _options;
    private readonly FrozenSet<string>? _types;
    private readonly EventDelivery _delivery;
    private readonly EventParking _parking;
    private readonly ILogger _logger;
    private readonly RuntimeTelemetry _telemetry;
    private CancellationTokenSource? _stop;
    private Task _running = Task.CompletedTask;
    private TimeSpan _pause = s_firstPause;

    /// <summary>The last event that this run of the consumer has handled without a transaction, no matter if the store could keep that.</summary>
    private long _handled;

    /// <summary>Makes a consumer whose effects are not in the store: each event is handled at least once.</summary>
    /// <param name="store">The log, and the place for the offset and for parked events.</param>
    /// <param name="id">The consumer's id: 1 to 100 characters.</param>
    /// <param name="handler">Handles an event; the token is cancelled when the consumer stops.</param>
    /// <param name="clock">Station time.</param>
    /// <param name="options">Which events, and how; null for the defaults.</param>
    /// <param name="loggerFactory">Makes its logger; null for none.</param>
    /// <param name="meterFactory">Makes its meter; null for the one that all callers without a factory share.</param>
    public EventConsumer(
        IEventStore store,
        string id,
        Func<LoggedEvent, CancellationToken, Task> handler,
        NodaTime.IClock clock,
        EventConsumerOptions? options = null,
        ILoggerFactory? loggerFactory = null,
        IMeterFactory? meterFactory = null)
        : this(store, id, new EventDelivery(handler), clock, options, loggerFactory, meterFactory)
    {
    }

    /// <summary>Makes a consumer whose effects are in the store: each event takes effect exactly once.</summary>
    /// <param name="store">The log, and the place for the offset, for parked events and for the effects.</param>
    /// <param name="id">The consumer's id: 1 to 100 characters.</param>
    /// <param name="handler">Handles an event in the transaction that also keeps the offset; the token is cancelled when the consumer stops.</param>
    /// <param name="clock">Station time.</param>
    /// <param name="options">Which events, and how; null for the defaults.</param>
    /// <param name="loggerFactory">Makes its logger; null for none.</param>
    /// <param name="meterFactory">Makes its meter; null for the one that all callers without a factory share.</param>
    public EventConsumer(
        IEventStore store,
        string id,
        Func<LoggedEvent, DbTransaction, CancellationToken, Task> handler,
        NodaTime.IClock clock,
        EventConsumerOptions? options = null,
        ILoggerFactory? loggerFactory = null,
        IMeterFactory? meterFactory = null)
        : this(store, id, new EventDelivery(handler), clock, options, loggerFactory, meterFactory)
    {
    }

    private EventConsumer(
        IEventStore store, string id, EventDelivery delivery, NodaTime.IClock clock, EventConsumerOptions? options, ILoggerFactory? loggerFactory, IMeterFactory? meterFactory)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(clock);
        (_store, _delivery, Id) = (store, delivery, EventRules.Name(id, nameof(id)));
        _options = options ?? new EventConsumerOptions();
        _types = EventSubscription.Chosen(_options.Types);
        _logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<EventConsumer>();
        _telemetry = RuntimeTelemetry.Of(meterFactory);
        _parking = new EventParking(store, Id, delivery, clock, _options, _logger, _telemetry);
    }

    /// <summary>The consumer's id.</summary>
    public string Id { get; }

    /// <summary>The number of events in the log that the consumer has not finished, as far as it has looked.</summary>
    public long Lag { get; private set; }

    /// <summary>Begins where the consumer has stopped. If it runs already, nothing happens.</summary>
    public void Start()
    {
        lock (_lock)
        {
            if (_stop is null)
            {
                _stop = new CancellationTokenSource();
                CancellationToken stop = _stop.Token;
                Task before = _running;
                _running = Task.Run(() => RunAsync(before, stop), CancellationToken.None);
            }
        }
    }

    /// <summary>Stops after the event that is being handled, and keeps what was finished. If it does not run, nothing happens.</summary>
    /// <param name="cancellationToken">Cancels the wait; the consumer stops nevertheless, in the background.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        CancellationTokenSource? stop;
        Task running;
        lock (_lock)
        {
            (stop, running, _stop) = (_stop, _running, null);
        }

        if (stop is not null)
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }

        await running.WaitAsync(cancellationToken).ConfigureAwait(false);
        stop?.Dispose();
    }

    /// <summary>Stops the consumer.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None).ConfigureAwait(false);

    private async Task RunAsync(Task before, CancellationToken stop)
    {
        await before.ConfigureAwait(false);
        _handled = -1;
        _telemetry.Watch(this);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await TurnAsync(stop).ConfigureAwait(false);
                _pause = s_firstPause;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
            }
            catch (Exception exception)
            {
                RuntimeLog.ConsumerDelayed(_logger, Id, _pause, exception);
                await Watchdog.PauseAsync(_pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _pause = _pause * 2 < s_longestPause ? _pause * 2 : s_longestPause;
            }
        }

        _telemetry.Forget(this);
    }

    /// <summary>Handles one batch, or waits for one.</summary>
    private async Task TurnAsync(CancellationToken stop)
    {
        await _parking.RefreshAsync(stop).ConfigureAwait(false);
        long offset = await _store.Offsets.GetAsync(Id, null, stop).ConfigureAwait(false);
        if (offset < _handled)
        {
            offset = _handled;
            await _store.Offsets.SetAsync(Id, offset, null, stop).ConfigureAwait(false);
        }

        IReadOnlyList<LoggedEvent> events = await _store.Log.ReadFromAsync(offset, _options.BatchSize, stop).ConfigureAwait(false);
        Lag = events.Count < _options.BatchSize ? events.Count : await _store.Log.GetLatestOffsetAsync(stop).ConfigureAwait(false) - Math.Max(offset, 0);
        if (events.Count == 0)
        {
            await WaitAsync(offset, stop).ConfigureAwait(false);
        }
        else if (_delivery.IsTransactional)
        {
            await HandleTogetherAsync(offset, events, stop).ConfigureAwait(false);
        }
        else
        {
            await HandleEachAsync(offset, events, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Waits for an event, or until it is time to look for parked events that somebody has released.</summary>
    private async Task WaitAsync(long offset, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task wait = _store.Log.WaitForAsync(offset, ended.Token);
        Task look = Watchdog.PauseAsync(s_look, ended.Token);
        await Task.WhenAny(wait, look).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(wait, look).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Handles a batch in one transaction; if an event fails, each event in one of its own.</summary>
    private async Task HandleTogetherAsync(long offset, IReadOnlyList<LoggedEvent> events, CancellationToken stop)
    {
        Exception? error = await TryAsync(offset, events, stop).ConfigureAwait(false);
        if (error is null)
        {
            return;
        }

        foreach (LoggedEvent logged in events)
        {
            error = events.Count == 1 ? error : await TryAsync(offset, [logged], stop).ConfigureAwait(false);
            if (error is not null)
            {
                await ParkAsync(offset, logged, error, stop).ConfigureAwait(false);
            }

            offset = logged.Offset;
        }
    }

    /// <summary>Returns the error of the handler; null if all events were handled, or if somebody else has handled them.</summary>
    private async Task<Exception?> TryAsync(long offset, IReadOnlyList<LoggedEvent> events, CancellationToken stop)
    {
        EventTransaction transaction = await _store.BeginAsync(stop).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            if (await _store.Offsets.GetAsync(Id, transaction.Transaction, stop).ConfigureAwait(false) != offset)
            {
                return null;
            }

            foreach (LoggedEvent logged in events)
            {
                stop.ThrowIfCancellationRequested();
                if (!IsWanted(logged) || await _parking.ParkBehindAsync(logged, transaction.Transaction, stop).ConfigureAwait(false))
                {
                    continue;
                }

                try
                {
                    await _delivery.HandleAsync(logged, transaction.Transaction, stop).ConfigureAwait(false);
                }
                catch (Exception exception) when (IsFault(exception, stop))
                {
                    return exception;
                }
            }

            await _store.Offsets.SetAsync(Id, events[^1].Offset, transaction.Transaction, stop).ConfigureAwait(false);
            await transaction.CommitAsync(stop).ConfigureAwait(false);
            return null;
        }
    }

    private async Task ParkAsync(long offset, LoggedEvent logged, Exception error, CancellationToken stop)
    {
        EventTransaction transaction = await _store.BeginAsync(stop).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            if (await _store.Offsets.GetAsync(Id, transaction.Transaction, stop).ConfigureAwait(false) == offset)
            {
                await _parking.ParkAsync(logged, error, transaction.Transaction, stop).ConfigureAwait(false);
                await _store.Offsets.SetAsync(Id, logged.Offset, transaction.Transaction, stop).ConfigureAwait(false);
                await transaction.CommitAsync(stop).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Handles the events of a batch one by one, and keeps the offset of the last that was finished.</summary>
    private async Task HandleEachAsync(long offset, IReadOnlyList<LoggedEvent> events, CancellationToken stop)
    {
        try
        {
            foreach (LoggedEvent logged in events)
            {
                stop.ThrowIfCancellationRequested();
                if (IsWanted(logged) && !await _parking.ParkBehindAsync(logged, null, stop).ConfigureAwait(false))
                {
                    try
                    {
                        await _delivery.HandleAsync(logged, null, stop).ConfigureAwait(false);
                    }
                    catch (Exception exception) when (IsFault(exception, stop))
                    {
                        await _parking.ParkAsync(logged, exception, null, stop).ConfigureAwait(false);
                    }
                }

                _handled = logged.Offset;
            }
        }
        finally
        {
            if (_handled > offset)
            {
                // Also at a stop: what was handled must not come again.
                await _store.Offsets.SetAsync(Id, _handled, null, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private bool IsWanted(LoggedEvent logged) => _types?.Contains(logged.Event.Type) != false;

    /// <summary>True if the event is to be parked: the error is neither the consumer's stop nor one that passes.</summary>
    private bool IsFault(Exception exception, CancellationToken stop) => !stop.IsCancellationRequested && !_options.IsTransient(exception);
}
