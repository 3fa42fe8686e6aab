using System.Collections.Frozen;
using System.Collections.Immutable;
using NodaTime;

namespace RetroVue.Runtime.Schedules;

/// <summary>Answers from channels whose lists are known in full.</summary>
/// <remarks>
/// Immutable and thread-safe. A look-up costs O(log n) in the items of the list, however long ago it started.
/// </remarks>
public sealed class ScheduleService : IScheduleService
{
    private readonly FrozenDictionary<Guid, ChannelTimeline> _timelines;

    /// <summary>A service for these channels.</summary>
    /// <exception cref="ScheduleException">
    /// An item has no duration yet (see <see cref="ChannelSchedule.Probed"/>) or one that is not allowed, a list lasts more than 100
    /// years, a channel ends before it starts, or two channels share an id.
    /// </exception>
    public ScheduleService(IEnumerable<ChannelSchedule> channels)
    {
        ArgumentNullException.ThrowIfNull(channels);
        Channels = [.. channels];
        Dictionary<Guid, ChannelTimeline> timelines = [];
        foreach (ChannelSchedule channel in Channels)
        {
            if (!timelines.TryAdd(channel.Id, new ChannelTimeline(channel)))
            {
                throw new ScheduleException($"Two channels have the id {channel.Id}; the second is '{channel.Name}'.");
            }
        }

        _timelines = timelines.ToFrozenDictionary();
    }

    /// <inheritdoc/>
    public ImmutableArray<ChannelSchedule> Channels { get; }

    /// <inheritdoc/>
    public Airing GetAiring(Guid channel, Instant at) => new(Timeline(channel).EntryAt(at), at);

    /// <inheritdoc/>
    public PlayoutPlan GetPlan(Guid channel, Instant from, Instant to)
    {
        if (to <= from)
        {
            throw new ArgumentException($"A plan's end, {to}, must be after its start, {from}.", nameof(to));
        }

        ChannelTimeline timeline = Timeline(channel);
        ImmutableArray<PlayoutEntry>.Builder entries = ImmutableArray.CreateBuilder<PlayoutEntry>();
        for (Instant at = from; at < to; at = entries[^1].End)
        {
            entries.Add(timeline.EntryAt(at));
        }

        return new PlayoutPlan(entries.ToImmutable());
    }

    /// <inheritdoc/>
    public BroadcastDay GetBroadcastDay(Guid channel, Instant at) => BroadcastDay.Of(at, Timeline(channel).Zone);

    private ChannelTimeline Timeline(Guid channel) => _timelines.TryGetValue(channel, out ChannelTimeline? timeline)
        ? timeline
        : throw new KeyNotFoundException($"There is no channel with the id {channel}.");
}
