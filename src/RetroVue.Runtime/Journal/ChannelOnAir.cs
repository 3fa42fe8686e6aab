namespace RetroVue.Runtime.Journal;

/// <summary>A channel has gone on the air.</summary>
/// <param name="Channel">The channel's id.</param>
/// <param name="Run">The id of the run, which its airings carry too.</param>
/// <param name="Title">The title of the entry that was on the air first.</param>
public sealed record ChannelOnAir(Guid Channel, Guid Run, string Title);
