using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using RetroVue.Media.Blocking;

namespace RetroVue.Runtime.Events;

/// <summary>
/// A subscription to any log, by reading it and waiting for more. For authors of logs: it is what <see cref="IEventLog.SubscribeAsync"/> returns.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class EventSubscription : IAsyncDisposable
{
    /// <summary>The most events to read at once.</summary>
    private const int Batch = 500;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _end = new();
    private readonly IEventLog _log;
    private readonly FrozenSet<string>? _types;
    private readonly Func<EventEnvelope, bool>? _predicate;
    private readonly Func<LoggedEvent, CancellationToken, Task> _handler;
    private readonly ILogger _logger;
    private readonly Task _running;
    private long _offset;
    private int _isEnding;

    private EventSubscription(
        IEventLog log, long after, FrozenSet<string>? types, Func<EventEnvelope, bool>? predicate, Func<LoggedEvent, CancellationToken, Task> handler, ILogger logger)
    {
        (_log, _offset, _types, _predicate, _handler, _logger) = (log, after, types, predicate, handler, logger);
        // Not on the caller's thread: the first handler may block.
        _running = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>Begins a subscription, and returns it.</summary>
    /// <param name="log">The log to read.</param>
    /// <param name="types">The types of the events; "*", or no type at all, for all.</param>
    /// <param name="predicate">Chooses among them; null for all.</param>
    /// <param name="handler">Is called with each event.</param>
    /// <param name="after">The offset after which to start; null for the latest one.</param>
    /// <param name="logger">Is told of failures.</param>
    /// <param name="cancellationToken">Gives the call up. It does not end a subscription that has begun.</param>
    /// <exception cref="EventException">The latest offset was asked for, and the log did not tell it.</exception>
    public static async Task<EventSubscription> StartAsync(
        IEventLog log,
        IReadOnlyCollection<string> types,
        Func<EventEnvelope, bool>? predicate,
        Func<LoggedEvent, CancellationToken, Task> handler,
        long? after,
        ILogger logger,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(types);
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(logger);
        FrozenSet<string>? chosen = Chosen(types);
        long start = after ?? await log.GetLatestOffsetAsync(cancellationToken).ConfigureAwait(false);
        return new EventSubscription(log, start, chosen, predicate, handler, logger);
    }

    /// <summary>Returns the types that are wanted; null for all.</summary>
    internal static FrozenSet<string>? Chosen(IReadOnlyCollection<string> types) =>
        types.Count == 0 || types.Contains("*", StringComparer.Ordinal) ? null : types.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Ends the subscription, and waits for its handler. A further call waits, too.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isEnding, 1) == 0)
        {
            await _end.CancelAsync().ConfigureAwait(false);
        }

        await _running.ConfigureAwait(false);
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                IReadOnlyList<LoggedEvent> events = await _log.ReadFromAsync(_offset, Batch, _end.Token).ConfigureAwait(false);
                await HandleAsync(events).ConfigureAwait(false);
                if (events.Count == 0)
                {
                    await _log.WaitForAsync(_offset, _end.Token).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
            }
            catch (Exception exception)
            {
                RuntimeLog.EventsUnread(_logger, _offset, exception);
                await Watchdog.PauseAsync(s_pause, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task HandleAsync(IReadOnlyList<LoggedEvent> events)
    {
        foreach (LoggedEvent logged in events)
        {
            if (_end.IsCancellationRequested)
            {
                return;
            }

            _offset = logged.Offset;
            try
            {
                if (_types?.Contains(logged.Event.Type) != false && _predicate?.Invoke(logged.Event) != false)
                {
                    await _handler(logged, _end.Token).ConfigureAwait(false);
                }
            }
            catch (Exception exception) when (!_end.IsCancellationRequested)
            {
                RuntimeLog.SubscriberFailed(_logger, logged.Event.Type, logged.Offset, exception);
            }
        }
    }
}
