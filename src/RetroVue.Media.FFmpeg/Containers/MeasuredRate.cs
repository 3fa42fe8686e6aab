using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Adds up how many bytes a file has when, by decoding times, in any order.</summary>
internal sealed class MeasuredRate
{
    private const int SlotsPerSecond = 4;

    private readonly Dictionary<long, long> _slots = [];
    private long _bytes;

    /// <summary>The most bits of any second; at most a quarter more, for a second is covered by five quarters. Zero if nothing has come.</summary>
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

    /// <summary>Takes a packet; one without a time counts for the average alone.</summary>
    public void Add(ClockTime time, long bytes)
    {
        _bytes += bytes;
        if (!time.IsNone)
        {
            long slot = time.ToUnits(new Rational(1, SlotsPerSecond));
            _slots[slot] = _slots.GetValueOrDefault(slot) + bytes;
        }
    }

    /// <summary>Bits per second of all of it; zero if the file has no duration.</summary>
    public long Average(ClockTime duration) => duration > ClockTime.Zero ? (long)(_bytes * 8 / duration.ToTimeSpan().TotalSeconds) : 0;
}
