using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Timing;

/// <summary>
/// Sets the PTS of a source's buffers: the running time of their capture, computed from the system time that the device reports. All live
/// sources of a pipeline use this class, so the offset between sound and picture is the real one.
/// </summary>
/// <remarks>For the source's own thread; <see cref="Statistics"/> is for any thread.</remarks>
internal sealed class CaptureStamps(Element source)
{
    // How late captured media may come: only after that it is certain that there was none. It is also the shortest silence worth a gap.
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
    /// Sets a buffer's times; returns false, and counts the buffer, if it was captured before running time zero: release it then.
    /// </summary>
    /// <param name="buffer">The buffer, with its duration and flags set.</param>
    /// <param name="captured">CLOCK_MONOTONIC (or its simulation) at the buffer's start: the first sample of sound, or the exposure of a
    /// picture.</param>
    /// <param name="uncertainty">The uncertainty of that time.</param>
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

        // A line that is still learning may go back a little, but muxers need times that advance.
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
    /// Announces a gap to downstream elements, which would otherwise wait: nothing was captured up to half a second and a buffer's length
    /// ago. To be called about every quarter of a second, or more often, while no buffer comes.
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

    /// <summary>Counts captured media that the source did not get.</summary>
    public void CountLost(long count)
    {
        DeviceTelemetry.Lost(source, count);
        lock (_lock)
        {
            _statistics = _statistics with { Lost = _statistics.Lost + count };
        }
    }

    /// <summary>Sets how much faster than the system clock the device is, in parts per million.</summary>
    public void SetDrift(double partsPerMillion)
    {
        lock (_lock)
        {
            _statistics = _statistics with { Drift = partsPerMillion };
        }
    }
}
