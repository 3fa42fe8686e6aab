using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Time;

/// <summary>
/// Shows in a station clock's readings whether the machine's civil time still agrees with it, and logs when that changes. Thread-safe.
/// </summary>
/// <param name="station">The clock.</param>
/// <param name="uncertainty">Its uncertainty while both agree.</param>
/// <param name="logger">Hears of each change.</param>
internal sealed class CivilTimeState(DisciplinedClock station, ClockTime uncertainty, ILogger logger)
{
    private readonly Lock _lock = new();

    /// <summary>Station time minus civil time as shown; zero while both agree.</summary>
    private Duration _shown;

    /// <summary>Takes a comparison in. A difference that grew or shrank by no more than the tolerance is not news.</summary>
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

    /// <summary>Makes station time gain on the system clock; what its readings show else stays.</summary>
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
