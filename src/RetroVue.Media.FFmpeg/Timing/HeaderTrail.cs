using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Timing;

/// <summary>
/// What the sources said of the last buffers that went into an element which makes new ones: their uncertainty, whether their time is
/// estimated, and their number. What comes out gets it from the buffer in which it begins. Allocates nothing after its first buffer.
/// </summary>
internal sealed class HeaderTrail
{
    // Decoders hold at most 16 pictures for their order and one for each of their threads.
    private const int Capacity = 256;

    /// <summary>Containers that count in milliseconds put a packet up to one beside the sample with which it begins.</summary>
    private static readonly ClockTime s_rounding = ClockTime.FromMilliseconds(1);

    private readonly Entry[] _entries = new Entry[Capacity];
    private long _count;

    /// <summary>Notes a buffer that goes in.</summary>
    public void Add(MediaBuffer buffer) =>
        _entries[_count++ % Capacity] = new Entry(buffer.Pts, buffer.Uncertainty, buffer.Sequence, buffer.Flags & BufferFlags.EstimatedTime);

    /// <summary>Forgets what went in: what comes out from now on began later.</summary>
    public void Clear() => _count = 0;

    /// <summary>Marks a picture with what was said of the buffer with its PTS; leaves it as it is if there was none.</summary>
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
    /// Marks a stretch of media with what was said of the last buffer that began at its PTS or before; of the first one if it begins
    /// before all of them, as an encoder's priming does.
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
