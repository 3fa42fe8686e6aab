using RetroVue.Media.Devices.Interop.PipeWire;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>
/// Compares the number of received samples with the graph's count to find lost samples: sound seldom has sequence numbers.
/// </summary>
internal struct GraphCycles(int sampleRate)
{
    private ulong _ticks;
    private long _samples;
    private bool _isKnown;

    /// <summary>Returns the number of samples missing before this record's; -1 if the count has started again.</summary>
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
            // Per cycle, a resampler returns a sample more or less than the ratio of rates: only whole cycles count as missing.
            long advanced = record.time_ticks < _ticks
                ? -1
                : ClockTime.FromUnits((long)(record.time_ticks - _ticks), tick).ToUnits(new Rational(1, sampleRate));
            lost = advanced < 0 ? -1 : advanced - _samples >= Math.Max(samples / 2, 1) ? advanced - _samples : 0;
        }

        (_ticks, _samples, _isKnown) = (record.time_ticks, samples, true);
        return lost;
    }
}
