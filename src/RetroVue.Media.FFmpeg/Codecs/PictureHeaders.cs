using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Codecs;

/// <summary>
/// Stores the metadata of the pictures in an encoder, for their packets. The encoder counts in ticks of its time base; the exact times are
/// stored here, so packets get them back to the nanosecond.
/// </summary>
/// <param name="timeBase">The length of a tick in seconds.</param>
internal sealed class PictureHeaders(Rational timeBase)
{
    // Encoders hold at most a few hundred pictures: x264's look-ahead is 250.
    private const int Capacity = 1024;

    private readonly Entry[] _entries = new Entry[Capacity];
    private ClockTime _start = ClockTime.None;
    private long _count;

    /// <summary>The last picture's PTS; None before the first.</summary>
    public ClockTime LastPts => _count == 0 ? ClockTime.None : Last.Pts;

    /// <summary>The end of the last picture, or its PTS if its duration is not known; None before the first.</summary>
    public ClockTime LastEnd => _count == 0 ? ClockTime.None : Last.Duration.IsNone ? Last.Pts : Last.Pts + Last.Duration;

    private ref Entry Last => ref _entries[(_count - 1) % Capacity];

    /// <summary>Adds a picture that begins after the last one.</summary>
    /// <returns>Its tick: the nearest one, or the one after the last picture's.</returns>
    public long Add(ClockTime pts, MediaBuffer header)
    {
        if (_count == 0)
        {
            _start = pts;
        }

        long tick = (pts - _start).ToTicks(timeBase);
        tick = _count > 0 ? Math.Max(tick, Last.Tick + 1) : tick;
        _entries[_count++ % Capacity] = new Entry(tick, pts, header.Duration, header.Uncertainty, header.Sequence, header.Flags & BufferFlags.EstimatedTime);
        return tick;
    }

    /// <summary>Returns the time of a tick: that of its picture, or, if there is none, the time on the first picture's grid.</summary>
    public ClockTime TimeOf(long tick) => Find(tick) is >= 0 and var index ? _entries[index].Pts : _start + ClockTime.FromUnits(tick, timeBase);

    /// <summary>Copies the header of the picture at a tick to a packet.</summary>
    public void Restore(long tick, MediaBuffer packet)
    {
        int index = Find(tick);
        if (index < 0)
        {
            packet.Pts = TimeOf(tick);
            return;
        }

        ref Entry entry = ref _entries[index];
        packet.Pts = entry.Pts;
        packet.Duration = entry.Duration;
        packet.Uncertainty = entry.Uncertainty;
        packet.Sequence = entry.Sequence;
        packet.Flags |= entry.Flags;
    }

    private int Find(long tick)
    {
        for (long i = _count - 1; i >= Math.Max(0, _count - Capacity); i--)
        {
            ref Entry entry = ref _entries[i % Capacity];
            if (entry.Tick <= tick)
            {
                return entry.Tick == tick ? (int)(i % Capacity) : -1;
            }
        }

        return -1;
    }

    private readonly record struct Entry(long Tick, ClockTime Pts, ClockTime Duration, ClockTime Uncertainty, long Sequence, BufferFlags Flags);
}
