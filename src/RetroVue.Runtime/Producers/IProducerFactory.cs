namespace RetroVue.Runtime.Producers;

/// <summary>Makes the producers of one mode. Apps add their own, or replace one of these, by registering a factory.</summary>
/// <remarks>Thread-safe: channels ask side by side.</remarks>
public interface IProducerFactory
{
    /// <summary>The mode of the producers. Of two factories with the same mode the later one counts.</summary>
    ChannelMode Mode { get; }

    /// <summary>Makes a producer. It opens nothing yet.</summary>
    /// <param name="context">The channel that it is for, and the feed that it fills.</param>
    IProducer Create(ProducerContext context);
}
