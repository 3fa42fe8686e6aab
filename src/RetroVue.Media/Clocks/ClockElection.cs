namespace RetroVue.Media.Clocks;

/// <summary>Elects the reference among clocks.</summary>
/// <remarks>
/// The highest priority among the healthy clocks wins; then a sink before a source, because media must leave at the rate at which the sink
/// consumes it; then the present reference; then the clock with the smaller uncertainty; then the clock that was added first. So a smaller
/// uncertainty alone never replaces the reference.
/// </remarks>
public static class ClockElection
{
    /// <summary>Returns the winner; null if no candidate is healthy and can be master.</summary>
    /// <param name="candidates">The clocks.</param>
    /// <param name="incumbent">The present reference; null if there is none.</param>
    public static ClockCandidate? Elect(IEnumerable<ClockCandidate> candidates, IClock? incumbent = null)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        return candidates
            .Where(candidate => candidate.Clock.Flags.HasFlag(ClockFlags.CanBeMaster))
            .Select(candidate => (Candidate: candidate, Reading: candidate.Clock.Read()))
            .Where(entry => IsHealthy(entry.Reading.State))
            .OrderByDescending(entry => entry.Candidate.Provider.ClockPriority)
            .ThenByDescending(entry => entry.Candidate.IsSink)
            .ThenByDescending(entry => ReferenceEquals(entry.Candidate.Clock, incumbent))
            .ThenBy(entry => entry.Reading.Uncertainty)
            .ThenBy(entry => entry.Candidate.Order)
            .Select(entry => (ClockCandidate?)entry.Candidate)
            .FirstOrDefault();
    }

    /// <summary>True for a state in which a clock can be followed.</summary>
    public static bool IsHealthy(ClockState state) => state == ClockState.Synchronised;
}
