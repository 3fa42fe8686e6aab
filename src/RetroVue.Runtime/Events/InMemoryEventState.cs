namespace RetroVue.Runtime.Events;

/// <summary>What an in-memory store keeps. Not thread-safe.</summary>
internal sealed class InMemoryEventState
{
    private readonly HashSet<Guid> _ids = [];

    /// <summary>The events; their offsets are 1 and so on.</summary>
    public List<LoggedEvent> Events { get; } = [];

    public Dictionary<string, long> Offsets { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<(string Consumer, long Offset), ParkedEvent> Parked { get; } = [];

    /// <summary>Adds events whose ids are new.</summary>
    public void Append(IReadOnlyList<EventEnvelope> events) => Events.AddRange(
        events.Where(@event => _ids.Add(@event.Id)).ToArray().Select((@event, index) => new LoggedEvent(Events.Count + index + 1, @event)).ToArray());

    /// <summary>Moves an offset forward.</summary>
    public void SetOffset(string consumerId, long offset) => Offsets[consumerId] = Math.Max(offset, Offsets.GetValueOrDefault(consumerId, -1));

    /// <summary>Returns a copy of what transactions read, so that they see their own changes.</summary>
    public InMemoryEventState WithoutEvents()
    {
        var copy = new InMemoryEventState();
        foreach ((string consumer, long offset) in Offsets)
        {
            copy.Offsets.Add(consumer, offset);
        }

        foreach (((string Consumer, long Offset) place, ParkedEvent parked) in Parked)
        {
            copy.Parked.Add(place, parked);
        }

        return copy;
    }
}
