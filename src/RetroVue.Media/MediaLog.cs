using Microsoft.Extensions.Logging;
using RetroVue.Media.Pipelines;

namespace RetroVue.Media;

/// <summary>Every log message of this package, by its fixed id: 100 to 199.</summary>
internal static partial class MediaLog
{
    [LoggerMessage(100, LogLevel.Information, "Pipeline {Pipeline} runs with {Elements} elements and follows the clock {Clock}")]
    public static partial void Started(ILogger logger, string pipeline, int elements, string clock);

    [LoggerMessage(101, LogLevel.Information, "Pipeline {Pipeline} follows the clock {Clock}")]
    public static partial void ClockElected(ILogger logger, string pipeline, string clock);

    [LoggerMessage(102, LogLevel.Error, "Pipeline {Pipeline}: {Element} failed")]
    public static partial void Failed(ILogger logger, string pipeline, string element, Exception error);

    [LoggerMessage(103, LogLevel.Warning, "Pipeline {Pipeline}: the disposal of its elements takes long; perhaps a disk does not answer. It goes on in the background")]
    public static partial void StillDisposing(ILogger logger, string pipeline);

    [LoggerMessage(110, LogLevel.Debug, "[{Element}] {Buffer}")]
    public static partial void BufferSeen(ILogger logger, string element, MediaBuffer buffer);

    [LoggerMessage(111, LogLevel.Debug, "[{Element}] {Event}")]
    public static partial void EventSeen(ILogger logger, string element, MediaEvent @event);
}
