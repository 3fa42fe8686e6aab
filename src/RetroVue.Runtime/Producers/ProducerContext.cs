using Microsoft.Extensions.Logging;
using RetroVue.Media.Pipelines;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Producers;

/// <summary>What a producer is made with.</summary>
public sealed class ProducerContext
{
    /// <summary>A context; the runtime makes them.</summary>
    /// <param name="items">Opens files as the channel airs them.</param>
    /// <param name="slates">Makes slates.</param>
    /// <param name="late">Files of the channel whose disk answers late.</param>
    internal ProducerContext(IItemOpener items, IItemOpener slates, LateFiles late) => (Items, Slates, Late) = (items, slates, late);

    /// <summary>The producer's id: that of its feed. No other producer has it, also not after a restart.</summary>
    public string Id => Feed.Id;

    /// <summary>Where viewers find the channel's stream, relative to the station's address.</summary>
    public required Uri StreamEndpoint { get; init; }

    /// <summary>The channel.</summary>
    public required Channel Channel { get; init; }

    /// <summary>What the channel sends; it says how far ahead items are taken, and what they must be.</summary>
    public required ChannelOutput Output { get; init; }

    /// <summary>Where the producer puts its items. The channel decides when the feed is on the air.</summary>
    public required ChannelFeed Feed { get; init; }

    /// <summary>What runs the producer's work.</summary>
    public required Executor Executor { get; init; }

    /// <summary>Where the producer logs.</summary>
    public required ILogger Logger { get; init; }

    internal IItemOpener Items { get; }

    internal IItemOpener Slates { get; }

    internal LateFiles Late { get; }

    internal ChannelTelemetry? Telemetry { get; init; }
}
