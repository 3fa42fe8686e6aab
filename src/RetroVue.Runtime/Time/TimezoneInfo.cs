using NodaTime;

namespace RetroVue.Runtime.Time;

/// <summary>The local time of a zone at an instant.</summary>
/// <param name="Name">The zone's IANA name, such as "Europe/Berlin".</param>
/// <param name="Offset">Local time minus UTC, daylight saving included.</param>
/// <param name="DaylightSaving">The part of <paramref name="Offset"/> that is daylight saving; zero in standard time.</param>
/// <param name="Abbreviation">The present abbreviation, such as "CEST".</param>
/// <param name="NextTransition">When the offset or the abbreviation changes next; null if it never does.</param>
public sealed record TimezoneInfo(string Name, Offset Offset, Offset DaylightSaving, string Abbreviation, Instant? NextTransition);
