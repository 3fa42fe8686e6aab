using System.Collections.Immutable;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Channels;

/// <summary>
/// The entries of a channel around an instant, from one edition of its schedule; each entry begins at the end of the one before it.
/// </summary>
/// <remarks>Immutable and thread-safe.</remarks>
/// <param name="Before">The entries before, oldest first. The first entry is complete, even if it began before the requested time.</param>
/// <param name="Now">The entry on the air at the instant.</param>
/// <param name="Next">The entry directly after it.</param>
public sealed record NowAndNext(ImmutableArray<PlayoutEntry> Before, SchedulePosition Now, PlayoutEntry Next);
