using NodaTime;

namespace RetroVue.Runtime.Events;

/// <summary>An event that a consumer could not handle and has put aside, or one that must wait for such an event.</summary>
/// <param name="ConsumerId">The consumer.</param>
/// <param name="Offset">The event's offset in the log.</param>
/// <param name="EventId">The event's id.</param>
/// <param name="Key">What it shares with the events that must come after it; null if it stands alone.</param>
/// <param name="Error">Why it could not be handled; null if it only waits behind an earlier event of its key.</param>
/// <param name="ParkedAt">Station time when it was put aside.</param>
/// <param name="IsReleased">True if somebody has asked for another attempt.</param>
public sealed record ParkedEvent(string ConsumerId, long Offset, Guid EventId, string? Key, string? Error, Instant ParkedAt, bool IsReleased);
