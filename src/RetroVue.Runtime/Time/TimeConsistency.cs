using NodaTime;

namespace RetroVue.Runtime.Time;

/// <summary>Three readings of the present time, taken together by <see cref="MasterClock.ValidateTimeConsistency"/>.</summary>
/// <param name="StationTime">The master clock's time, uncut.</param>
/// <param name="AnchoredTime">The UTC of the clock's anchor plus the system time since then: station time without its corrections.</param>
/// <param name="SystemUtc">The machine's civil time, which other programs may step and slew.</param>
/// <param name="Uncertainty">The longest possible time between the three readings.</param>
/// <param name="Tolerance">The largest difference between station time and the machine's UTC that counts as agreement.</param>
public sealed record TimeConsistency(
    Instant StationTime,
    Instant AnchoredTime,
    Instant SystemUtc,
    Duration Uncertainty,
    Duration Tolerance)
{
    /// <summary>The sum of all slews and steps of station time since the anchor.</summary>
    public Duration Correction => StationTime - AnchoredTime;

    /// <summary>The sum of all corrections of the machine's UTC since the anchor, by its time service or by hand.</summary>
    public Duration SystemCorrection => SystemUtc - AnchoredTime;

    /// <summary>Station time minus the machine's UTC.</summary>
    public Duration Difference => StationTime - SystemUtc;

    /// <summary>True if <see cref="Difference"/> is within <see cref="Tolerance"/> plus <see cref="Uncertainty"/>.</summary>
    public bool IsConsistent => Duration.Max(Difference, -Difference) <= Tolerance + Uncertainty;
}
