using NodaTime;

namespace RetroVue.Runtime.Schedules;

/// <summary>A channel: what it is called, where it is, and how it is made. What it airs is its <see cref="Programme"/>, which may change.</summary>
/// <remarks>Immutable and thread-safe. Fixed for the channel's life.</remarks>
/// <param name="Id">Tells the channel from every other, for ever.</param>
/// <param name="ShortName">A name for addresses: lower-case letters, digits and hyphens.</param>
/// <param name="Name">The name that viewers read.</param>
/// <param name="Zone">The channel's zone: its broadcast days and its grid are local time there.</param>
/// <param name="Profile">How it is made.</param>
public sealed record Channel(Guid Id, string ShortName, string Name, DateTimeZone Zone, ChannelProfile Profile);
