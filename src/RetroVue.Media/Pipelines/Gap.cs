using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>Announces that no buffers come for a while: a muxer need not wait for this link until the gap's end.</summary>
/// <param name="Pts">The gap's beginning, on the line of the buffers' PTS.</param>
/// <param name="Duration">The gap's length.</param>
public sealed record Gap(ClockTime Pts, ClockTime Duration) : MediaEvent;
