using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>Something worth knowing that is no error: an xrun, a late or dropped frame, an election.</summary>
/// <param name="Kind">What happened, as a short fixed word such as "clock-elected" or "late".</param>
/// <param name="Source">The element's name, or the pipeline's.</param>
/// <param name="RunningTime">When, in the pipeline's running time; None before it runs.</param>
/// <param name="Message">A text for people.</param>
public sealed record PipelineEvent(string Kind, string Source, ClockTime RunningTime, string Message);
