namespace RetroVue.Runtime.Schedules;

/// <summary>A channel and its first programme.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
/// <param name="Channel">The channel.</param>
/// <param name="Programme">Its programme.</param>
public sealed record ChannelSchedule(Channel Channel, Programme Programme);
