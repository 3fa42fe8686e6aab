using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace RetroVue.Media.Pipelines;

/// <summary>How a pipeline is set up.</summary>
public sealed class PipelineOptions
{
    /// <summary>The name that logs and errors carry.</summary>
    public string Name { get; init; } = "pipeline";

    /// <summary>What runs it; <see cref="ThreadedExecutor.Default"/> where null.</summary>
    public Executor? Executor { get; init; }

    /// <summary>Where it logs; nowhere if null.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>What makes the meter that it is measured by; one that all pipelines without a factory share if null.</summary>
    public IMeterFactory? MeterFactory { get; init; }

    /// <summary>How many <see cref="PipelineEvent"/>s wait to be read before the oldest are dropped.</summary>
    public int EventCapacity { get; init; } = 256;
}
