using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace RetroVue.Media.Pipelines;

/// <summary>The options of a pipeline.</summary>
public sealed class PipelineOptions
{
    /// <summary>The name, for logs and errors.</summary>
    public string Name { get; init; } = "pipeline";

    /// <summary>Runs the pipeline; null for <see cref="ThreadedExecutor.Default"/>.</summary>
    public Executor? Executor { get; init; }

    /// <summary>Makes the pipeline's logger; null for no log.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Makes the meter of the pipeline; null for the meter that all pipelines without a factory share.</summary>
    public IMeterFactory? MeterFactory { get; init; }

    /// <summary>The number of unread <see cref="PipelineEvent"/>s that are kept before the oldest are dropped.</summary>
    public int EventCapacity { get; init; } = 256;
}
