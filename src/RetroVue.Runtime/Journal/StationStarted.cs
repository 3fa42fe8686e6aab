using System.Collections.Immutable;

namespace RetroVue.Runtime.Journal;

/// <summary>The station has started. Runs and sessions of an earlier start are over, even if no event says so.</summary>
/// <param name="Channels">Its channels, in the schedule's order.</param>
public sealed record StationStarted(ImmutableArray<ChannelFacts> Channels);
