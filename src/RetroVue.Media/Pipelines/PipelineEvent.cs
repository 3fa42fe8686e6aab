using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>An event that is not an error: an xrun, a late or dropped frame, an election.</summary>
/// <param name="Kind">The kind of event, a short fixed word such as "clock-elected" or "late".</param>
/// <param name="Source">The element's name, or the pipeline's.</param>
/// <param name="RunningTime">The pipeline's running time of the event; None before it runs.</param>
/// <param name="Message">A text for people.</param>
public sealed record PipelineEvent(string Kind, string Source, ClockTime RunningTime, string Message);
