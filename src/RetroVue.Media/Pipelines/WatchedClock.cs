using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// A provider's clock as the pipeline knows it: the clock, and since when it has been healthy. Guarded by the election's lock.
/// </summary>
/// <param name="provider">The provider.</param>
/// <param name="isSink">True for a sink, which consumes media at the clock's rate.</param>
internal sealed class WatchedClock(IClockProvider provider, bool isSink)
{
    private ClockTime _healthySince = ClockTime.None;

    public IClockProvider Provider { get; } = provider;

    public bool IsSink { get; } = isSink;

    /// <summary>The clock at the last look; null if there was none.</summary>
    public IClock? Clock { get; private set; }

    /// <summary>Looks at the clock; allocates nothing.</summary>
    /// <param name="now">System time.</param>
    public void Look(ClockTime now)
    {
        IClock? clock = Provider.ProvideClock();
        bool isHealthy = clock is not null && (clock.Flags & ClockFlags.CanBeMaster) != ClockFlags.None && ClockElection.IsHealthy(clock.Read().State);
        bool isSame = ReferenceEquals(clock, Clock);
        Clock = clock;
        if (!isHealthy)
        {
            _healthySince = ClockTime.None;
        }
        else if (!isSame || _healthySince.IsNone)
        {
            _healthySince = now;
        }
    }

    /// <summary>True if all looks since a system time found the same healthy clock.</summary>
    public bool IsHealthySince(ClockTime systemTime) => _healthySince <= systemTime;

    /// <summary>True if this clock is preferred to another one regardless of their uncertainties: by its priority, or as a sink.</summary>
    public bool IsBefore(WatchedClock? other) =>
        other is null || Provider.ClockPriority > other.Provider.ClockPriority
        || (Provider.ClockPriority == other.Provider.ClockPriority && IsSink && !other.IsSink);
}
