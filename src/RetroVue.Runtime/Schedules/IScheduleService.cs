using System.Collections.Immutable;
using NodaTime;

namespace RetroVue.Runtime.Schedules;

/// <summary>
/// Knows the entries of each channel and their times. Answers depend only on the version of the schedule and on the instant: a restart or a
/// viewer does not change them.
/// </summary>
/// <remarks>
/// Implementations are thread-safe and return without waiting. Each method that takes a channel's id throws
/// <see cref="KeyNotFoundException"/> if there is no such channel.
/// </remarks>
public interface IScheduleService
{
    /// <summary>The channels, in the schedule's order.</summary>
    ImmutableArray<Channel> Channels { get; }

    /// <summary>Returns the entry that a channel airs at an instant. There is always one; it may be a slate.</summary>
    SchedulePosition GetPosition(Guid channel, Instant at);

    /// <summary>
    /// Returns all entries on the air in a period, uncut: the first may begin before <paramref name="from"/> and the last may end after
    /// <paramref name="to"/>.
    /// </summary>
    /// <param name="channel">The channel's id.</param>
    /// <param name="from">The first instant.</param>
    /// <param name="to">The first instant after the period.</param>
    /// <exception cref="ArgumentException"><paramref name="to"/> is not after <paramref name="from"/>.</exception>
    PlayoutPlan GetPlan(Guid channel, Instant from, Instant to);

    /// <summary>
    /// Returns the version of a channel's schedule. It grows with each change; a channel on the air then gets a new plan.
    /// </summary>
    long GetGeneration(Guid channel);

    /// <summary>Returns the channel's broadcast day that contains an instant.</summary>
    BroadcastDay GetBroadcastDay(Guid channel, Instant at);
}
