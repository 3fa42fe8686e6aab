using NodaTime;

namespace RetroVue.Runtime.Schedules;

/// <summary>A channel's air time without beginning or end: its list, and what airs before and after it.</summary>
internal sealed class ChannelTimeline
{
    private readonly string _name;
    private readonly Instant _start;
    private readonly Instant _end;
    private readonly ItemCycle? _items;
    private readonly ItemCycle? _filler;

    public ChannelTimeline(ChannelSchedule channel)
    {
        _name = channel.Name;
        Zone = channel.Zone;
        _items = channel.Items.IsDefaultOrEmpty ? null : new ItemCycle(channel.Items, channel.Name);
        _filler = channel.Filler.IsDefaultOrEmpty ? null : new ItemCycle(channel.Filler, channel.Name);
        _start = channel.Start;
        Instant end = channel.End ?? Instant.MaxValue;
        if (end <= _start)
        {
            throw new ScheduleException($"Channel '{channel.Name}' ends at {end}, which is not after its start at {_start}.");
        }

        _end = _items is null ? _start
            : channel.Repeats ? end
            : Instant.Min(end, _start + _items.Length);
    }

    public DateTimeZone Zone { get; }

    public PlayoutEntry EntryAt(Instant at)
    {
        if (_items is null || at < _start || at >= _end)
        {
            return IdleAt(at);
        }

        PlayoutEntry entry = _items.EntryAt(at, _start);
        return entry.End > _end ? entry with { End = _end } : entry;
    }

    /// <summary>Filler that ends whole at the start and begins anew at the end; without any, a slate for each half hour.</summary>
    private PlayoutEntry IdleAt(Instant at)
    {
        bool isBefore = at < _start;
        if (_filler is not null)
        {
            return _filler.EntryAt(at, isBefore ? _start : _end);
        }

        Interval slot = LocalGrid.SlotAt(at, Zone);
        return new PlayoutEntry(
            SegmentKind.Slate,
            isBefore ? slot.Start : Instant.Max(slot.Start, _end),
            isBefore ? Instant.Min(slot.End, _start) : slot.End,
            _name,
            null,
            Duration.Zero);
    }
}
