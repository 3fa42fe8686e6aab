namespace RetroVue.Runtime.Journal;

/// <summary>A channel has gone off the air.</summary>
/// <param name="Channel">The channel's id.</param>
/// <param name="Run">The id of the run that has ended.</param>
/// <param name="Failure">Why, in one line for people, if viewers still wanted it; null if it was not watched any more.</param>
public sealed record ChannelOffAir(Guid Channel, Guid Run, string? Failure);
