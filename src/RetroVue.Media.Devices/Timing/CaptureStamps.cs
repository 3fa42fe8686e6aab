using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Timing;

/// <summary>
/// Gives a source's buffers their PTS: the running time at which they were captured, from the system time at which the device says so.
/// All live sources of a pipeline do this alike, so the offset between sound and picture is the true one.
/// </summary>
/// <remarks>Used by the source's own thread; <see cref="Statistics"/> is for any.</remarks>
internal sealed class CaptureStamps(Element source)
{
    // How late what was captured may come: until then it is not known that there was nothing. And how much silence is worth telling of.
    private static readonly ClockTime s_longestLateness = ClockTime.FromMilliseconds(500);
    private static readonly ClockTime s_shortestGap = ClockTime.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private ClockTime _last = ClockTime.None;
    private ClockTime _duration = ClockTime.Zero;
    private ClockTime _toldUntil = ClockTime.Zero;
    private CaptureStatistics _statistics = new(0, 0, 0, 0, ClockTime.None, double.NaN);

    public CaptureStatistics Statistics
    {
        get
        {
            lock (_lock)
            {
                return _statistics;
            }
        }
    }

    /// <summary>
    /// Stamps a buffer; false, and counted, where it was captured before running time zero: release it then.
    /// </summary>
    /// <param name="buffer">The buffer, with its duration and flags set.</param>
    /// <param name="captured">CLOCK_MONOTONIC (or its simulation) at the buffer's start: of sound its first sample, of a picture its exposure.</param>
    /// <param name="uncertainty">How far off that may be.</param>
    public bool TryStamp(MediaBuffer buffer, ClockTime captured, ClockTime uncertainty)
    {
        PipelineClock clock = source.Pipeline.Clock;
        ClockTime pts = clock.At(captured) - source.Pipeline.BaseTime;
        if (pts < ClockTime.Zero)
        {
            lock (_lock)
            {
                _statistics = _statistics with { BeforeStart = _statistics.BeforeStart + 1 };
            }

            return false;
        }

        // A line that is still being learned may take a little back; muxers need times that go on.
        pts = pts <= _last ? _last + ClockTime.FromNanoseconds(1) : pts;
        _last = pts;
        _duration = buffer.Duration.IsNone ? ClockTime.Zero : buffer.Duration;
        _toldUntil = ClockTime.Max(_toldUntil, pts + _duration);
        buffer.Pts = pts;
        buffer.Uncertainty = uncertainty;
        bool isEstimated = (buffer.Flags & BufferFlags.EstimatedTime) == BufferFlags.EstimatedTime;
        ClockTime now = source.Pipeline.Executor.Waiter.SystemClock.Now;
        lock (_lock)
        {
            _statistics = _statistics with
            {
                Buffers = _statistics.Buffers + 1,
                Estimated = _statistics.Estimated + (isEstimated ? 1 : 0),
                Lateness = now - captured,
            };
        }

        return true;
    }

    /// <summary>
    /// Tells those downstream, who would wait for it, that nothing was captured for a while, up to half a second and a buffer's length ago.
    /// To be called about every quarter of a second, or more often, while nothing comes.
    /// </summary>
    public void TellSilence(OutputPad output)
    {
        Pipeline pipeline = source.Pipeline;
        ClockTime until = pipeline.Clock.At(pipeline.Executor.Waiter.SystemClock.Now) - pipeline.BaseTime - s_longestLateness - _duration;
        if (until - _toldUntil >= s_shortestGap)
        {
            output.Push(new Gap(_toldUntil, until - _toldUntil));
            _toldUntil = until;
        }
    }

    /// <summary>Counts what the device captured and nobody got.</summary>
    public void CountLost(long count)
    {
        DeviceTelemetry.Lost(source, count);
        lock (_lock)
        {
            _statistics = _statistics with { Lost = _statistics.Lost + count };
        }
    }

    /// <summary>Says how much faster than the system clock the device runs, in parts per million.</summary>
    public void SetDrift(double partsPerMillion)
    {
        lock (_lock)
        {
            _statistics = _statistics with { Drift = partsPerMillion };
        }
    }
}
