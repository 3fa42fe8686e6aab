namespace RetroVue.Runtime.Events;

/// <summary>An event that has its place in the log.</summary>
/// <param name="Offset">
/// The event's position in the log, from 1. Positions are given after the commit, one by one and without gaps: an event that becomes visible
/// later has a higher position.
/// </param>
/// <param name="Event">The event.</param>
public sealed record LoggedEvent(long Offset, EventEnvelope Event);
