using NodaTime;

namespace RetroVue.Runtime.Journal;

/// <summary>A viewer has left a channel, or counts as gone.</summary>
/// <param name="Channel">The channel's id.</param>
/// <param name="Session">The session's number (<see cref="ViewerJoined.Session"/>).</param>
/// <param name="LastActivity">When the viewer last asked for something or received media, in station time.</param>
public sealed record ViewerLeft(Guid Channel, Guid Session, Instant LastActivity);
