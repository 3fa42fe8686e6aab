using NodaTime;

namespace RetroVue.Runtime.Time;

/// <summary>Three accounts of the present moment, taken together by <see cref="MasterClock.ValidateTimeConsistency"/>.</summary>
/// <param name="StationTime">What the master clock tells, uncut.</param>
/// <param name="AnchoredTime">The UTC of the clock's anchor plus the system time passed since: station time had it never been corrected.</param>
/// <param name="SystemUtc">The machine's civil time, which others may step and slew.</param>
/// <param name="Uncertainty">How far apart in time the three readings may have been taken.</param>
/// <param name="Tolerance">The difference between station time and the machine's UTC that still counts as agreement.</param>
public sealed record TimeConsistency(
    Instant StationTime,
    Instant AnchoredTime,
    Instant SystemUtc,
    Duration Uncertainty,
    Duration Tolerance)
{
    /// <summary>What slews and steps have added to station time since the anchor.</summary>
    public Duration Correction => StationTime - AnchoredTime;

    /// <summary>What was added to the machine's UTC, by its own time service or by hand, since the anchor.</summary>
    public Duration SystemCorrection => SystemUtc - AnchoredTime;

    /// <summary>Station time minus the machine's UTC.</summary>
    public Duration Difference => StationTime - SystemUtc;

    /// <summary>True if <see cref="Difference"/> is within <see cref="Tolerance"/>, give or take <see cref="Uncertainty"/>.</summary>
    public bool IsConsistent => Duration.Max(Difference, -Difference) <= Tolerance + Uncertainty;
}
