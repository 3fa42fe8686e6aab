namespace RetroVue.Media.Clocks;

/// <summary>A clock that can be elected.</summary>
/// <param name="Provider">The provider of the clock.</param>
/// <param name="Clock">The clock.</param>
/// <param name="IsSink">True if the provider is a sink, which consumes media at the clock's rate.</param>
/// <param name="Order">When the provider was added: lower is earlier.</param>
public readonly record struct ClockCandidate(IClockProvider Provider, IClock Clock, bool IsSink, int Order);
