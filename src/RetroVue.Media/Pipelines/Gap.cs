using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>Nothing comes for a while: whoever interleaves or waits need not wait for this link until the gap's end.</summary>
/// <param name="Pts">Where the gap begins, on the line of the buffers' PTS.</param>
/// <param name="Duration">How long it is.</param>
public sealed record Gap(ClockTime Pts, ClockTime Duration) : MediaEvent;
