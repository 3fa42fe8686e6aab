namespace RetroVue.Runtime.Schedules;

/// <summary>A channel and what it airs at first.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
/// <param name="Channel">The channel.</param>
/// <param name="Programme">What it airs.</param>
public sealed record ChannelSchedule(Channel Channel, Programme Programme);
