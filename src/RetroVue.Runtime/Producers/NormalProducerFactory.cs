namespace RetroVue.Runtime.Producers;

/// <summary>Makes the producers that play a channel's schedule.</summary>
public sealed class NormalProducerFactory : IProducerFactory
{
    /// <inheritdoc/>
    public ChannelMode Mode => ChannelMode.Normal;

    /// <inheritdoc/>
    public IProducer Create(ProducerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new NormalProducer(
            context.Id,
            context.StreamEndpoint,
            context.Output,
            context.Feed,
            context.Executor,
            context.Items,
            context.Slates,
            context.Hanging,
            context.Logger,
            context.Telemetry);
    }
}
