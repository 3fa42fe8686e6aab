using System.Collections.Immutable;
using NodaTime;

namespace RetroVue.Runtime.Schedules;

/// <summary>A list of items repeated for ever, into the past and into the future.</summary>
internal sealed class ItemCycle
{
    // Two of these still fit 64 bits of nanoseconds.
    private const long MaxNanoseconds = 100 * 366 * NodaConstants.NanosecondsPerDay;

    private readonly Guid _channel;
    private readonly ImmutableArray<ScheduleItem> _items;
    private readonly long[] _starts;
    private readonly long _length;

    /// <param name="items">At least one item.</param>
    /// <param name="channel">The channel of the items.</param>
    public ItemCycle(ImmutableArray<ScheduleItem> items, Channel channel)
    {
        _channel = channel.Id;
        _items = items;
        _starts = new long[items.Length];
        for (int i = 0; i < items.Length; i++)
        {
            _starts[i] = _length;
            _length += items[i].KnownDuration(channel.Name).ToInt64Nanoseconds();
            if (_length > MaxNanoseconds)
            {
                throw new ScheduleException($"Channel '{channel.Name}': the list lasts more than 100 years.");
            }
        }
    }

    /// <summary>The duration of one repetition.</summary>
    public Duration Length => Duration.FromNanoseconds(_length);

    /// <summary>Returns the item on the air at an instant if the first item starts at <paramref name="anchor"/>.</summary>
    public PlayoutEntry EntryAt(Instant at, Instant anchor)
    {
        // 128 bits: an instant may lie more than 292 years from the anchor.
        Int128 sinceAnchor = (at - anchor).ToInt128Nanoseconds();
        var within = (long)(sinceAnchor % _length);
        within = within < 0 ? within + _length : within;

        int index = Array.BinarySearch(_starts, within);
        index = index < 0 ? ~index - 1 : index;
        ScheduleItem item = _items[index];
        Instant start = at - Duration.FromNanoseconds(within - _starts[index]);
        return new PlayoutEntry(item.Kind, start, start + item.Duration!.Value, item.Title, item.File, item.Offset)
        {
            Origin = new EntryOrigin(_channel, start, item.Kind, item.File ?? item.Title, item.Offset),
            Streams = item.Streams,
        };
    }
}
