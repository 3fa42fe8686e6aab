using RetroVue.Media.Devices.Interop.PipeWire;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>Holds the samples that come against the graph's count, to see what is missing: sound seldom has numbers of its own.</summary>
internal struct GraphCycles(int sampleRate)
{
    private ulong _ticks;
    private long _samples;
    private bool _isKnown;

    /// <summary>How many samples are missing before this record's; -1 where the count has begun anew.</summary>
    public long Advance(in rv_pw_record record, int samples)
    {
        Rational tick = PipeWireFormats.ToRational(record.time_rate);
        if (record.time_now <= 0 || !tick.IsPositive)
        {
            _isKnown = false;
            return 0;
        }

        if (_isKnown && record.time_ticks == _ticks)
        {
            _samples += samples;
            return 0;
        }

        long lost = 0;
        if (_isKnown)
        {
            // A resampler gives a sample more or less a cycle than the ratio of rates says: what is missing is missing by cycles.
            long advanced = record.time_ticks < _ticks
                ? -1
                : ClockTime.FromUnits((long)(record.time_ticks - _ticks), tick).ToUnits(new Rational(1, sampleRate));
            lost = advanced < 0 ? -1 : advanced - _samples >= Math.Max(samples / 2, 1) ? advanced - _samples : 0;
        }

        (_ticks, _samples, _isKnown) = (record.time_ticks, samples, true);
        return lost;
    }
}
