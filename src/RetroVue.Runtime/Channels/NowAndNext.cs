using System.Collections.Immutable;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Channels;

/// <summary>What a channel airs around an instant, by one version of its schedule; each entry begins where the one before it ends.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
/// <param name="Before">What aired before, oldest first; whole, also if the first began before the time asked for.</param>
/// <param name="Now">What is on the air at the instant.</param>
/// <param name="Next">The very next entry.</param>
public sealed record NowAndNext(ImmutableArray<PlayoutEntry> Before, Airing Now, PlayoutEntry Next);
