using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Time;

/// <summary>
/// Compares a station clock with the machine's civil time, shows the result in the clock's readings, and logs each change. Thread-safe.
/// </summary>
/// <param name="station">The clock.</param>
/// <param name="uncertainty">Its uncertainty while both agree.</param>
/// <param name="logger">Gets a line for each change.</param>
internal sealed class CivilTimeState(DisciplinedClock station, ClockTime uncertainty, ILogger logger)
{
    private readonly Lock _lock = new();

    /// <summary>The difference that the readings show, station time minus civil time; zero while both agree.</summary>
    private Duration _shown;

    /// <summary>Takes a new comparison. If the difference changed by no more than the tolerance, nothing is logged.</summary>
    public void Take(TimeConsistency seen)
    {
        lock (_lock)
        {
            if (seen.IsConsistent)
            {
                if (_shown != Duration.Zero)
                {
                    Show(Duration.Zero, ClockState.Synchronised);
                    RuntimeLog.CivilTimeAgrees(logger);
                }
            }
            else if (Size(seen.Difference - _shown) > seen.Tolerance + seen.Uncertainty)
            {
                Show(seen.Difference, ClockState.Unsynchronised);
                RuntimeLog.CivilTimeDiffers(logger, Size(seen.Difference), seen.Difference > Duration.Zero ? "ahead of" : "behind", seen.SystemUtc);
            }
        }
    }

    /// <summary>Makes station time gain on the system clock; nothing else in its readings changes.</summary>
    public void Slew(double partsPerMillion)
    {
        lock (_lock)
        {
            ClockReading reading = station.Read();
            station.SetRate(1 + (partsPerMillion * 1e-6), reading.Uncertainty, reading.State);
        }
    }

    private static Duration Size(Duration difference) => Duration.Max(difference, -difference);

    private void Show(Duration difference, ClockState state)
    {
        _shown = difference;
        station.SetRate(station.Rate, uncertainty + Size(difference).ToClockTime(), state);
    }
}
