namespace RetroVue.Runtime.Journal;

/// <summary>A channel, as the log keeps it.</summary>
/// <param name="Id">Its permanent id.</param>
/// <param name="ShortName">Its name for addresses.</param>
/// <param name="Name">The name that viewers see.</param>
/// <param name="TimeZone">Its zone, by the name of the IANA.</param>
/// <param name="Profile">"copy" or "transcode".</param>
public sealed record ChannelFacts(Guid Id, string ShortName, string Name, string TimeZone, string Profile);
