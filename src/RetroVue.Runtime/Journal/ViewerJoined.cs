namespace RetroVue.Runtime.Journal;

/// <summary>A viewer has joined a channel.</summary>
/// <param name="Channel">The channel's id.</param>
/// <param name="Session">
/// A number of the session that its own id cannot be told from: who reads the log must not be able to take a viewer's session over.
/// </param>
/// <param name="Client">The client's own description of itself.</param>
public sealed record ViewerJoined(Guid Channel, Guid Session, string Client);
