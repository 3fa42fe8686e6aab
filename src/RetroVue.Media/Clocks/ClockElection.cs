namespace RetroVue.Media.Clocks;

/// <summary>Chooses the reference among clocks.</summary>
/// <remarks>
/// Highest priority among the healthy; then a sink before a source, because media must leave at the rate the sink eats it; then the
/// reference that is followed already; then the more stable by the uncertainty of its reading; then the first added. So a figure alone
/// never replaces a reference.
/// </remarks>
public static class ClockElection
{
    /// <summary>Returns the winner; null if no candidate may be master and is healthy.</summary>
    /// <param name="candidates">The clocks.</param>
    /// <param name="incumbent">The reference that is followed now; null if there is none.</param>
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

    /// <summary>True for a clock whose time can be followed now.</summary>
    public static bool IsHealthy(ClockState state) => state == ClockState.Synchronised;
}
