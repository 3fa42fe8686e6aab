using NodaTime;

namespace RetroVue.Runtime.Schedules;

/// <summary>A channel: its names, its time zone and its formats. Its content is its <see cref="Programme"/>, which may change.</summary>
/// <remarks>Immutable and thread-safe. It never changes.</remarks>
/// <param name="Id">The channel's unique, permanent id.</param>
/// <param name="ShortName">A name for addresses: lower-case letters, digits and hyphens.</param>
/// <param name="Name">The name that viewers see.</param>
/// <param name="Zone">The channel's zone: its broadcast days and its grid are in local time of this zone.</param>
/// <param name="Profile">Copied or transcoded, and the formats.</param>
public sealed record Channel(Guid Id, string ShortName, string Name, DateTimeZone Zone, ChannelProfile Profile);
