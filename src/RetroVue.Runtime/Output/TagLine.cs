using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// Whose the pictures or the sound of one stream are, from when on: what goes into an encoder is told by its time when it comes out.
/// </summary>
/// <remarks>Thread-safe: one thread notes, one looks up. Times only grow on both sides, but for what an encoder puts in another order.</remarks>
internal sealed class TagLine
{
    /// <summary>An encoder's times are rounded to its ticks.</summary>
    private static readonly ClockTime s_rounding = ClockTime.FromMicroseconds(20);

    private readonly Lock _lock = new();
    private readonly List<(ClockTime From, ItemTag? Tag)> _changes = [];
    private ItemTag? _noted;

    /// <summary>Notes whose it is from a time on.</summary>
    public void Note(ClockTime from, ItemTag? tag)
    {
        if (ReferenceEquals(tag, _noted))
        {
            return;
        }

        _noted = tag;
        lock (_lock)
        {
            if (_changes.Count > 0 && _changes[^1].From >= from)
            {
                // Nothing of what was noted last has been made.
                _changes.RemoveAt(_changes.Count - 1);
            }

            _changes.Add((from, tag));
        }
    }

    /// <summary>Whose it is at a time.</summary>
    /// <param name="time">The time.</param>
    /// <param name="settled">No earlier time than this is looked up any more.</param>
    public ItemTag? At(ClockTime time, ClockTime settled)
    {
        lock (_lock)
        {
            int index = _changes.FindLastIndex(change => change.From <= time + s_rounding);
            ItemTag? tag = index < 0 ? null : _changes[index].Tag;
            int first = _changes.FindLastIndex(change => change.From <= settled);
            if (first > 0)
            {
                _changes.RemoveRange(0, first);
            }

            return tag;
        }
    }
}
