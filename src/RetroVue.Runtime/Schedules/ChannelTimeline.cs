using NodaTime;

namespace RetroVue.Runtime.Schedules;

/// <summary>A channel's entries for all time: its list, and filler or slates before and after it.</summary>
internal sealed class ChannelTimeline
{
    private readonly Channel _channel;
    private readonly Instant _start;
    private readonly Instant _end;
    private readonly ItemCycle? _items;
    private readonly ItemCycle? _filler;

    public ChannelTimeline(Channel channel, Programme programme)
    {
        _channel = channel;
        _items = programme.Items.IsDefaultOrEmpty ? null : new ItemCycle(programme.Items, channel);
        _filler = programme.Filler.IsDefaultOrEmpty ? null : new ItemCycle(programme.Filler, channel);
        _start = programme.Start;
        Instant end = programme.End ?? Instant.MaxValue;
        if (end <= _start)
        {
            throw new ScheduleException($"Channel '{channel.Name}' ends at {end}, which is not after its start at {_start}.");
        }

        _end = _items is null ? _start
            : programme.Repeats ? end
            : Instant.Min(end, _start + _items.Length);
    }

    public PlayoutEntry EntryAt(Instant at)
    {
        if (_items is null || at < _start || at >= _end)
        {
            return IdleAt(at);
        }

        PlayoutEntry entry = _items.EntryAt(at, _start);
        return entry.End > _end ? entry with { End = _end } : entry;
    }

    /// <summary>
    /// Returns the filler at an instant: it ends with a whole item at the start, and begins again at the end. Without filler, a slate for
    /// each half hour.
    /// </summary>
    private PlayoutEntry IdleAt(Instant at)
    {
        bool isBefore = at < _start;
        if (_filler is not null)
        {
            return _filler.EntryAt(at, isBefore ? _start : _end);
        }

        Interval slot = LocalGrid.SlotAt(at, _channel.Zone);
        Instant start = isBefore ? slot.Start : Instant.Max(slot.Start, _end);
        Instant end = isBefore ? Instant.Min(slot.End, _start) : slot.End;
        return new PlayoutEntry(EntryKind.Slate, start, end, _channel.Name, null, Duration.Zero)
        {
            Origin = new EntryOrigin(_channel.Id, start, EntryKind.Slate, _channel.Name, Duration.Zero),
        };
    }
}
