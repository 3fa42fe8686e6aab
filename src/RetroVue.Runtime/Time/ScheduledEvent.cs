using NodaTime;

namespace RetroVue.Runtime.Time;

/// <summary>Something that is due at a station time, kept by <see cref="MasterClock.ScheduleEvent"/>.</summary>
/// <param name="Id">Tells it from every other pending event.</param>
/// <param name="At">The station time it is due at.</param>
/// <param name="Payload">Whatever its owner wants back; never looked at.</param>
public sealed record ScheduledEvent(string Id, Instant At, object? Payload);
