using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Measures a file's bit rate by decoding times; packets may come in any order.</summary>
internal sealed class MeasuredRate
{
    private const int SlotsPerSecond = 4;

    private readonly Dictionary<long, long> _slots = [];
    private long _bytes;

    /// <summary>
    /// The highest number of bits in any second, up to a quarter too high, because a second is covered by five quarters. Zero if there was
    /// no packet.
    /// </summary>
    public long Peak
    {
        get
        {
            long most = 0;
            foreach (long slot in _slots.Keys)
            {
                long bytes = 0;
                for (int i = 0; i <= SlotsPerSecond; i++)
                {
                    bytes += _slots.GetValueOrDefault(slot + i);
                }

                most = Math.Max(most, bytes);
            }

            return most * 8;
        }
    }

    /// <summary>Adds a packet; one without a time counts only for the average.</summary>
    public void Add(ClockTime time, long bytes)
    {
        _bytes += bytes;
        if (!time.IsNone)
        {
            long slot = time.ToUnits(new Rational(1, SlotsPerSecond));
            _slots[slot] = _slots.GetValueOrDefault(slot) + bytes;
        }
    }

    /// <summary>Returns the average bits per second; zero if the file has no duration.</summary>
    public long Average(ClockTime duration) => duration > ClockTime.Zero ? (long)(_bytes * 8 / duration.ToTimeSpan().TotalSeconds) : 0;
}
