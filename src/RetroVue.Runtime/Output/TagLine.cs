using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// Notes the tags of one stream by time, so that the tag of an encoded packet can be found by the packet's time.
/// </summary>
/// <remarks>Thread-safe: one thread notes, one looks up. On both sides times only grow, except for the encoder's reordering.</remarks>
internal sealed class TagLine
{
    /// <summary>An encoder's times are rounded to its ticks.</summary>
    private static readonly ClockTime s_rounding = ClockTime.FromMicroseconds(20);

    private readonly Lock _lock = new();
    private readonly List<(ClockTime From, ItemTag? Tag)> _changes = [];
    private ItemTag? _noted;

    /// <summary>Notes the tag from a time on.</summary>
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
                // No frame was made with the tag that was noted last.
                _changes.RemoveAt(_changes.Count - 1);
            }

            _changes.Add((from, tag));
        }
    }

    /// <summary>Returns the tag at a time.</summary>
    /// <param name="time">The time.</param>
    /// <param name="settled">The caller will not look up earlier times than this.</param>
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
