using NodaTime;

namespace RetroVue.Runtime.Time;

/// <summary>An event that is due at a station time, kept by <see cref="MasterClock.ScheduleEvent"/>.</summary>
/// <param name="Id">An id that is unique among the pending events.</param>
/// <param name="At">The station time at which it is due.</param>
/// <param name="Payload">An object for its owner; the clock does not use it.</param>
public sealed record ScheduledEvent(string Id, Instant At, object? Payload);
