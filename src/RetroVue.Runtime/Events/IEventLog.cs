using System.Data.Common;

namespace RetroVue.Runtime.Events;

/// <summary>
/// The record of what happened and what was wanted: events, written once, in one order. Source: document 002, section 8.
/// </summary>
/// <remarks>
/// <para>
/// Thread-safe. An event gets its position, its <b>offset</b>, after the transaction that wrote it was committed. So a reader who goes on from
/// the last offset that it has seen misses nothing: what becomes visible later has a higher offset. If an append was completed before another
/// one began, its events have the lower offsets. Offsets start at 1 and have no gaps.
/// </para>
/// <para>
/// A log keeps one event of an id: an event whose id the log has already is not written again, and its content is not compared. So an append
/// that has failed or been cancelled can be repeated.
/// </para>
/// <para>Every call throws <see cref="EventException"/> if the log's store fails.</para>
/// </remarks>
public interface IEventLog
{
    /// <summary>Writes an event durably.</summary>
    /// <param name="event">The event.</param>
    /// <param name="transaction">
    /// A transaction of the same store, or null for one of the log's own. In the caller's transaction the event becomes visible with its commit, and
    /// never if it is rolled back.
    /// </param>
    /// <param name="cancellationToken">Cancels the wait; the event may be written or not.</param>
    /// <returns>The event's id.</returns>
    Task<Guid> AppendAsync(EventEnvelope @event, DbTransaction? transaction = null, CancellationToken cancellationToken = default);

    /// <summary>Writes events durably, all or none, next to each other and in this order.</summary>
    /// <param name="events">The events; none is allowed.</param>
    /// <param name="transaction">
    /// A transaction of the same store, or null for one of the log's own. In the caller's transaction the events become visible with its commit,
    /// and never if it is rolled back.
    /// </param>
    /// <param name="cancellationToken">Cancels the wait; the events may be written or not.</param>
    /// <returns>The ids of the events, in order.</returns>
    Task<IReadOnlyList<Guid>> AppendAsync(IReadOnlyList<EventEnvelope> events, DbTransaction? transaction = null, CancellationToken cancellationToken = default);

    /// <summary>Returns events in the order of their offsets.</summary>
    /// <param name="offset">The offset after which to start; −1 or 0 for the beginning.</param>
    /// <param name="limit">The most events to return, at least 1.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The events; fewer than <paramref name="limit"/> if there are no more yet, or if they are large.</returns>
    Task<IReadOnlyList<LoggedEvent>> ReadFromAsync(long offset, int limit = 100, CancellationToken cancellationToken = default);

    /// <summary>Returns the highest offset that was given, also if that event was purged; −1 if the log never had an event.</summary>
    Task<long> GetLatestOffsetAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Waits until the log has an event after an offset. The wait outlasts failures of the store: it ends only with an event or its cancellation.
    /// </summary>
    /// <param name="offset">The offset; −1 or 0 for the beginning.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    Task WaitForAsync(long offset, CancellationToken cancellationToken);

    /// <summary>
    /// Calls a handler for each event from now on, once, one by one, in the order of their offsets. If a handler throws, that is logged, and the
    /// next event follows: no subscriber disturbs another one. If the store fails, the subscription goes on where it was as soon as it can.
    /// </summary>
    /// <param name="types">The types of the events; "*", or no type at all, for all.</param>
    /// <param name="predicate">Chooses among them; null for all.</param>
    /// <param name="handler">Is called with each event; the token is cancelled when the subscription ends.</param>
    /// <param name="after">The offset after which to start; null for the latest.</param>
    /// <param name="cancellationToken">Cancels the beginning of the subscription, not the subscription.</param>
    /// <returns>The subscription, which lasts until it is disposed; its disposal waits for the handler. No event follows it.</returns>
    Task<IAsyncDisposable> SubscribeAsync(
        IReadOnlyCollection<string> types,
        Func<EventEnvelope, bool>? predicate,
        Func<LoggedEvent, CancellationToken, Task> handler,
        long? after = null,
        CancellationToken cancellationToken = default);
}
