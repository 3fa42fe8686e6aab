using System.Data.Common;

namespace RetroVue.Runtime.Events;

/// <summary>How far each consumer of the log has come. Source: document 002, section 8.</summary>
/// <remarks>
/// Thread-safe. Every call throws <see cref="EventException"/> if the store fails, and <see cref="ArgumentException"/> if a consumer's id is not
/// a text of 1 to <see cref="EventEnvelope.MaxNameLength"/> characters.
/// </remarks>
public interface IOffsetStore
{
    /// <summary>Returns the offset of the last event that a consumer has finished; −1 if it has finished none.</summary>
    /// <param name="consumerId">The consumer.</param>
    /// <param name="transaction">
    /// A transaction of the same store, or null. In a transaction the offset is locked until its end: others who ask for it in a transaction wait.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task<long> GetAsync(string consumerId, DbTransaction? transaction = null, CancellationToken cancellationToken = default);

    /// <summary>Sets a consumer's offset. It never moves backwards: a lower offset than the present one changes nothing.</summary>
    /// <param name="consumerId">The consumer.</param>
    /// <param name="offset">The offset of the last event that it has finished.</param>
    /// <param name="transaction">A transaction of the same store, with which the offset is kept or not; null for one of its own.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task SetAsync(string consumerId, long offset, DbTransaction? transaction = null, CancellationToken cancellationToken = default);

    /// <summary>Returns the offsets of all consumers that have one, by their ids.</summary>
    Task<IReadOnlyDictionary<string, long>> GetAllAsync(CancellationToken cancellationToken = default);
}
