using Microsoft.Extensions.Logging;
using RetroVue.Media.Pipelines;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Producers;

/// <summary>The objects that a factory needs to make a producer.</summary>
public sealed class ProducerContext
{
    /// <summary>Makes a context; only the runtime does this.</summary>
    /// <param name="items">Opens files for the channel.</param>
    /// <param name="slates">Makes slates.</param>
    /// <param name="hanging">Files of the channel whose disks do not answer.</param>
    internal ProducerContext(IItemOpener items, IItemOpener slates, HangingOpenings hanging) => (Items, Slates, Hanging) = (items, slates, hanging);

    /// <summary>The producer's id, which is also that of its feed. No other producer has the same id, not even after a restart.</summary>
    public string Id => Feed.Id;

    /// <summary>The address of the channel's stream, relative to the station's address.</summary>
    public required Uri StreamEndpoint { get; init; }

    /// <summary>The channel.</summary>
    public required Channel Channel { get; init; }

    /// <summary>The channel's output. It tells how far ahead it takes items, and their formats.</summary>
    public required ChannelOutput Output { get; init; }

    /// <summary>The feed that takes the producer's items. The channel decides when the feed goes on the air.</summary>
    public required ChannelFeed Feed { get; init; }

    /// <summary>Runs the producer's tasks.</summary>
    public required Executor Executor { get; init; }

    /// <summary>The producer's logger.</summary>
    public required ILogger Logger { get; init; }

    internal IItemOpener Items { get; }

    internal IItemOpener Slates { get; }

    internal HangingOpenings Hanging { get; }

    internal ChannelTelemetry? Telemetry { get; init; }
}
