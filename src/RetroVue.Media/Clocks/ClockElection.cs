namespace RetroVue.Media.Clocks;

/// <summary>Chooses the reference among clocks.</summary>
/// <remarks>
/// Highest priority among the healthy; then a sink before a source, because media must leave at the rate the sink eats it; then the
/// more stable by the uncertainty of its reading; then the first added. Held at start and when a clock is gained, lost or changes
/// health, never because a figure alone became better.
/// </remarks>
public static class ClockElection
{
    /// <summary>The winner; null where no candidate may be master and is healthy.</summary>
    public static ClockCandidate? Elect(IEnumerable<ClockCandidate> candidates)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        return candidates
            .Select(candidate => (Candidate: candidate, Reading: candidate.Clock.Read()))
            .Where(entry => entry.Candidate.Clock.Flags.HasFlag(ClockFlags.CanBeMaster) && IsHealthy(entry.Reading.State))
            .OrderByDescending(entry => entry.Candidate.Provider.ClockPriority)
            .ThenByDescending(entry => entry.Candidate.IsSink)
            .ThenBy(entry => entry.Reading.Uncertainty)
            .ThenBy(entry => entry.Candidate.Order)
            .Select(entry => (ClockCandidate?)entry.Candidate)
            .FirstOrDefault();
    }

    /// <summary>True for a clock whose time can be followed now.</summary>
    public static bool IsHealthy(ClockState state) => state == ClockState.Synchronised;
}
