namespace RetroVue.Runtime.Producers;

/// <summary>
/// Makes the producers of one mode. An app can register a factory to add a mode, or to replace a factory of this library.
/// </summary>
/// <remarks>Thread-safe: several channels may call it at the same time.</remarks>
public interface IProducerFactory
{
    /// <summary>The mode of the producers. If two factories have the same mode, the later one counts.</summary>
    ChannelMode Mode { get; }

    /// <summary>Makes a producer. The producer opens nothing yet.</summary>
    /// <param name="context">The producer's channel, and the feed that it fills.</param>
    IProducer Create(ProducerContext context);
}
