using NodaTime;
using NodaTime.TimeZones;

namespace RetroVue.Runtime.Time;

/// <summary>Finds time zones by their IANA names in the time zone data that comes with NodaTime.</summary>
/// <remarks>Thread-safe; zones are kept once loaded.</remarks>
public static class TimeZones
{
    /// <summary>Returns the zone with a name such as "Europe/Berlin" or "UTC"; names are case-sensitive.</summary>
    /// <exception cref="DateTimeZoneNotFoundException">There is no such zone; the message names it.</exception>
    public static DateTimeZone Get(string name) => Find(name) ?? throw new DateTimeZoneNotFoundException(
        $"There is no time zone '{name}'; use an IANA name such as 'Europe/Berlin', 'America/New_York' or 'UTC'.");

    /// <summary>Returns the same as <see cref="Get"/>, but null if there is no such zone.</summary>
    public static DateTimeZone? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return DateTimeZoneProviders.Tzdb.GetZoneOrNull(name);
    }
}
