namespace RetroVue.Runtime.Events;

/// <summary>A log of events with all that its consumers keep, in one store, so that one transaction can hold parts of each.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IEventStore
{
    /// <summary>The log.</summary>
    IEventLog Log { get; }

    /// <summary>How far each consumer has come.</summary>
    IOffsetStore Offsets { get; }

    /// <summary>The events that consumers have put aside.</summary>
    IParkedEvents Parked { get; }

    /// <summary>Begins a transaction.</summary>
    /// <exception cref="EventException">The store fails.</exception>
    Task<EventTransaction> BeginAsync(CancellationToken cancellationToken = default);
}
