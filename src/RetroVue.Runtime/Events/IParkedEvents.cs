using System.Data.Common;

namespace RetroVue.Runtime.Events;

/// <summary>The events that consumers have put aside.</summary>
/// <remarks>Thread-safe. Every call throws <see cref="EventException"/> if the store fails.</remarks>
public interface IParkedEvents
{
    /// <summary>Keeps an event aside; if it is there already, its error is replaced and it is not released any more.</summary>
    /// <param name="parked">The event.</param>
    /// <param name="transaction">A transaction of the same store; null for one of its own.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task ParkAsync(ParkedEvent parked, DbTransaction? transaction = null, CancellationToken cancellationToken = default);

    /// <summary>Returns the parked events of a consumer, in the order of their offsets.</summary>
    Task<IReadOnlyList<ParkedEvent>> GetAsync(string consumerId, DbTransaction? transaction = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Asks for another attempt at an event. If it succeeds, the events of its key that wait behind it follow. The consumer sees the request
    /// within some seconds, also in another process.
    /// </summary>
    /// <returns>False if the event is not parked.</returns>
    Task<bool> RetryAsync(string consumerId, long offset, CancellationToken cancellationToken = default);

    /// <summary>Gives an event up for its consumer. The events of its key that wait behind it follow.</summary>
    /// <returns>False if the event is not parked.</returns>
    Task<bool> DropAsync(string consumerId, long offset, CancellationToken cancellationToken = default);

    /// <summary>Forgets an event that was handled at last.</summary>
    /// <param name="consumerId">The consumer.</param>
    /// <param name="offset">The event's offset.</param>
    /// <param name="transaction">A transaction of the same store; null for one of its own.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task ForgetAsync(string consumerId, long offset, DbTransaction? transaction = null, CancellationToken cancellationToken = default);
}
