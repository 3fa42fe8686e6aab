using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics;
using NodaTime;

namespace RetroVue.Runtime.Schedules;

/// <summary>The schedules of a station's channels. New versions can be published while the channels are on the air.</summary>
/// <remarks>
/// Thread-safe. A publication replaces a period of a channel's time at once and as a whole: each answer comes from one version only. A
/// channel on the air follows a publication that begins at least seven seconds ahead. The entry on the air goes on without a break if the
/// new version has the same entry then. A look-up costs O(log n) in the items of the list and in the publications, no matter how long ago
/// the list started.
/// </remarks>
public sealed class ScheduleBook : IScheduleService
{
    private readonly FrozenDictionary<Guid, Page> _pages;

    /// <summary>Makes a book with the first version of each channel's schedule.</summary>
    /// <exception cref="ScheduleException">
    /// An item has no duration yet (see <see cref="Programme.Probed"/>) or one that is not allowed, a list lasts more than 100
    /// years, a programme ends before it starts, or two channels share an id or a short name.
    /// </exception>
    public ScheduleBook(IEnumerable<ChannelSchedule> channels)
    {
        ArgumentNullException.ThrowIfNull(channels);
        ChannelSchedule[] all = [.. channels];
        Channels = [.. all.Select(schedule => schedule.Channel)];
        Dictionary<Guid, Page> pages = [];
        HashSet<string> shortNames = new(StringComparer.Ordinal);
        foreach ((Channel channel, Programme programme) in all)
        {
            if (!pages.TryAdd(channel.Id, new Page(channel, new ScheduleEdition(new ChannelTimeline(channel, programme)))))
            {
                throw new ScheduleException($"Two channels have the id {channel.Id}; the second is '{channel.Name}'.");
            }

            if (!shortNames.Add(channel.ShortName))
            {
                throw new ScheduleException($"Two channels have the short name '{channel.ShortName}'; the second is '{channel.Name}'. Addresses tell channels apart by it.");
            }
        }

        _pages = pages.ToFrozenDictionary();
    }

    /// <inheritdoc/>
    public ImmutableArray<Channel> Channels { get; }

    /// <inheritdoc/>
    public SchedulePosition GetPosition(Guid channel, Instant at) => new(PageOf(channel).Edition.EntryAt(at), at);

    /// <inheritdoc/>
    public PlayoutPlan GetPlan(Guid channel, Instant from, Instant to)
    {
        if (to <= from)
        {
            throw new ArgumentException($"A plan's end, {to}, must be after its start, {from}.", nameof(to));
        }

        ScheduleEdition edition = PageOf(channel).Edition;
        ImmutableArray<PlayoutEntry>.Builder entries = ImmutableArray.CreateBuilder<PlayoutEntry>();
        for (Instant at = from; at < to; at = entries[^1].End)
        {
            entries.Add(edition.EntryAt(at));
        }

        return new PlayoutPlan(entries.ToImmutable());
    }

    /// <inheritdoc/>
    public BroadcastDay GetBroadcastDay(Guid channel, Instant at) => BroadcastDay.Of(at, PageOf(channel).Channel.Zone);

    /// <inheritdoc/>
    public long GetGeneration(Guid channel) => PageOf(channel).Edition.Generation;

    /// <summary>Gives a channel another programme for a period.</summary>
    /// <param name="channel">The channel's id.</param>
    /// <param name="programme">The programme for the period. Its own start decides which of its items airs at the beginning of the
    /// period.</param>
    /// <param name="from">The first instant.</param>
    /// <param name="to">The first instant after the period; from then on the earlier programme goes on. Null if the period has no
    /// end.</param>
    /// <returns>The new generation of the schedule.</returns>
    /// <exception cref="KeyNotFoundException">There is no such channel.</exception>
    /// <exception cref="ArgumentException"><paramref name="to"/> is not after <paramref name="from"/>.</exception>
    /// <exception cref="ScheduleException">The programme cannot be aired; nothing has changed.</exception>
    public long Publish(Guid channel, Programme programme, Instant from, Instant? to = null)
    {
        ArgumentNullException.ThrowIfNull(programme);
        if (to <= from)
        {
            throw new ArgumentException($"The end of the period, {to}, must be after its start, {from}.", nameof(to));
        }

        Page page = PageOf(channel);
        using Activity? activity = RuntimeTelemetry.Activities.StartActivity("retrovue.schedule.publish")?.SetTag("channel", page.Channel.ShortName);
        return page.Publish(new ChannelTimeline(page.Channel, programme), from, to);
    }

    /// <summary>
    /// Gives a channel its first programme in place of one that stood for it while its files were not known; the generation stays. What was
    /// published meanwhile stays too.
    /// </summary>
    /// <exception cref="ScheduleException">The programme cannot be aired; nothing has changed.</exception>
    internal void Begin(Guid channel, Programme programme)
    {
        Page page = PageOf(channel);
        page.Begin(new ChannelTimeline(page.Channel, programme));
    }

    /// <summary>
    /// Gives a channel another programme in place of its own, from an instant on. Periods for which others have published programmes stay.
    /// </summary>
    /// <exception cref="ScheduleException">The programme cannot be aired; nothing has changed.</exception>
    internal void Revise(Guid channel, Programme programme, Instant from)
    {
        Page page = PageOf(channel);
        using Activity? activity = RuntimeTelemetry.Activities.StartActivity("retrovue.schedule.publish")?.SetTag("channel", page.Channel.ShortName);
        page.Revise(new ChannelTimeline(page.Channel, programme), from);
    }

    private Page PageOf(Guid channel) => _pages.TryGetValue(channel, out Page? page)
        ? page
        : throw new KeyNotFoundException($"There is no channel with the id {channel}.");

    /// <summary>A channel, and the present version of its schedule.</summary>
    private sealed class Page(Channel channel, ScheduleEdition edition)
    {
        private readonly Lock _publishing = new();
        private volatile ScheduleEdition _edition = edition;

        public Channel Channel { get; } = channel;

        public ScheduleEdition Edition => _edition;

        public void Begin(ChannelTimeline timeline)
        {
            lock (_publishing)
            {
                _edition = _edition.Begun(timeline);
            }
        }

        public void Revise(ChannelTimeline timeline, Instant from)
        {
            lock (_publishing)
            {
                _edition = _edition.Revised(timeline, from);
            }
        }

        public long Publish(ChannelTimeline timeline, Instant from, Instant? to)
        {
            lock (_publishing)
            {
                _edition = _edition.With(timeline, from, to);
                return _edition.Generation;
            }
        }
    }
}
