using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Timing;

/// <summary>
/// Stores metadata of the last input buffers of an element that makes new buffers: their uncertainty, whether their time is estimated, and
/// their number. An output buffer gets the metadata of the input buffer in which it begins. Allocates nothing after its first buffer.
/// </summary>
internal sealed class HeaderTrail
{
    // Decoders hold at most 16 pictures for reordering, and one for each of their threads.
    private const int Capacity = 256;

    /// <summary>Containers that count in milliseconds place a packet up to one millisecond off its first sample.</summary>
    private static readonly ClockTime s_rounding = ClockTime.FromMilliseconds(1);

    private readonly Entry[] _entries = new Entry[Capacity];
    private long _count;

    /// <summary>Notes an input buffer.</summary>
    public void Add(MediaBuffer buffer) =>
        _entries[_count++ % Capacity] = new Entry(buffer.Pts, buffer.Uncertainty, buffer.Sequence, buffer.Flags & BufferFlags.EstimatedTime);

    /// <summary>Removes all notes: later output begins later.</summary>
    public void Clear() => _count = 0;

    /// <summary>Sets a picture's metadata from the input buffer with its PTS; does nothing if there was none.</summary>
    public void MarkPicture(MediaBuffer picture)
    {
        for (long i = _count - 1; i >= Math.Max(0, _count - Capacity); i--)
        {
            ref Entry entry = ref _entries[i % Capacity];
            if (entry.Pts == picture.Pts)
            {
                entry.Mark(picture);
                return;
            }
        }
    }

    /// <summary>
    /// Sets the metadata of a block of media from the last input buffer that began at its PTS or before; from the first one if the block
    /// begins before all of them, as an encoder's priming does.
    /// </summary>
    public void MarkStretch(MediaBuffer stretch)
    {
        long oldest = Math.Max(0, _count - Capacity);
        for (long i = _count - 1; i >= oldest; i--)
        {
            ref Entry entry = ref _entries[i % Capacity];
            if (entry.Pts <= stretch.Pts + s_rounding || i == oldest)
            {
                entry.Mark(stretch);
                return;
            }
        }
    }

    private readonly record struct Entry(ClockTime Pts, ClockTime Uncertainty, long Sequence, BufferFlags Flags)
    {
        public void Mark(MediaBuffer buffer)
        {
            buffer.Uncertainty = Uncertainty;
            buffer.Sequence = Sequence;
            buffer.Flags |= Flags;
        }
    }
}
