using System.Collections.Immutable;
using NodaTime;

namespace RetroVue.Runtime.Schedules;

/// <summary>
/// Says what each channel airs and when. Answers are a pure function of the schedule's version and the instants asked about: neither a restart
/// nor a viewer changes them.
/// </summary>
/// <remarks>
/// Implementations are thread-safe and answer without waiting. Every method that takes a channel's id throws
/// <see cref="KeyNotFoundException"/> where there is no such channel.
/// </remarks>
public interface IScheduleService
{
    /// <summary>The channels, in the schedule's order.</summary>
    ImmutableArray<Channel> Channels { get; }

    /// <summary>What a channel airs at an instant. There is always something, if only a slate.</summary>
    Airing GetAiring(Guid channel, Instant at);

    /// <summary>
    /// Every entry on the air in a stretch of time, whole: the first may begin before <paramref name="from"/> and the last may end
    /// after <paramref name="to"/>.
    /// </summary>
    /// <param name="channel">The channel's id.</param>
    /// <param name="from">The first instant.</param>
    /// <param name="to">The first instant after the stretch.</param>
    /// <exception cref="ArgumentException"><paramref name="to"/> is not after <paramref name="from"/>.</exception>
    PlayoutPlan GetPlan(Guid channel, Instant from, Instant to);

    /// <summary>The version of a channel's schedule. It grows with each change, and the plan of a channel on the air follows that.</summary>
    long GetGeneration(Guid channel);

    /// <summary>The channel's broadcast day to which an instant belongs.</summary>
    BroadcastDay GetBroadcastDay(Guid channel, Instant at);
}
