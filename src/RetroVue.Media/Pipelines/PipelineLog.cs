using Microsoft.Extensions.Logging;

namespace RetroVue.Media.Pipelines;

/// <summary>Every log message of pipelines, with its fixed id.</summary>
internal static partial class PipelineLog
{
    [LoggerMessage(100, LogLevel.Information, "Pipeline {Pipeline} runs with {Elements} elements by the clock {Clock}")]
    public static partial void Started(ILogger logger, string pipeline, int elements, string clock);

    [LoggerMessage(101, LogLevel.Information, "Pipeline {Pipeline} follows the clock {Clock}")]
    public static partial void ClockElected(ILogger logger, string pipeline, string clock);

    [LoggerMessage(102, LogLevel.Error, "Pipeline {Pipeline}: {Element} failed")]
    public static partial void Failed(ILogger logger, string pipeline, string element, Exception error);

    [LoggerMessage(103, LogLevel.Warning, "Pipeline {Pipeline}: disposing of its elements takes long, as where a disk does not answer; it goes on by itself")]
    public static partial void StillDisposing(ILogger logger, string pipeline);
}
