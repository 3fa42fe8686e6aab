using NodaTime;

namespace RetroVue.Runtime.Time;

/// <summary>Pending events in the order of time, and of insertion for equal times; at most one per id.</summary>
/// <remarks>Thread-safe. Every change costs O(log n).</remarks>
internal sealed class EventCalendar
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _byId = new(StringComparer.Ordinal);
    private readonly SortedSet<Entry> _byTime = new(Comparer<Entry>.Create(Compare));
    private long _inserted;

    /// <summary>Adds an event; returns the event with the same id that it replaces, or null.</summary>
    public ScheduledEvent? Add(ScheduledEvent @event)
    {
        lock (_lock)
        {
            ScheduledEvent? replaced = Take(@event.Id);
            var entry = new Entry(@event.At, _inserted++, @event);
            _byId.Add(@event.Id, entry);
            _byTime.Add(entry);
            return replaced;
        }
    }

    public bool Remove(string id)
    {
        lock (_lock)
        {
            return Take(id) is not null;
        }
    }

    /// <summary>Returns the events of a range, both ends included.</summary>
    public IReadOnlyList<ScheduledEvent> Between(Instant from, Instant to)
    {
        if (from > to)
        {
            return [];
        }

        lock (_lock)
        {
            return [.. _byTime.GetViewBetween(new Entry(from, long.MinValue, null!), new Entry(to, long.MaxValue, null!)).Select(entry => entry.Event)];
        }
    }

    /// <summary>Removes and returns the events that are due.</summary>
    public IReadOnlyList<ScheduledEvent> TakeDue(Instant now)
    {
        lock (_lock)
        {
            List<ScheduledEvent> due = [];
            while (_byTime.Min is { } first && first.At <= now)
            {
                due.Add(first.Event);
                Take(first.Event.Id);
            }

            return due;
        }
    }

    private static int Compare(Entry left, Entry right)
    {
        int byTime = left.At.CompareTo(right.At);
        return byTime != 0 ? byTime : left.Order.CompareTo(right.Order);
    }

    private ScheduledEvent? Take(string id)
    {
        if (!_byId.Remove(id, out Entry? entry))
        {
            return null;
        }

        _byTime.Remove(entry);
        return entry.Event;
    }

    private sealed record Entry(Instant At, long Order, ScheduledEvent Event);
}
