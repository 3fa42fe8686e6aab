namespace RetroVue.Runtime.Events;

/// <summary>How a consumer follows the log. Immutable.</summary>
public sealed record EventConsumerOptions
{
    /// <summary>The types of the events that it handles; "*" (the default), or no type at all, for all.</summary>
    public IReadOnlyCollection<string> Types { get; init; } = ["*"];

    /// <summary>The most events of a batch, from 1 to 10,000; by default 100.</summary>
    public int BatchSize
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 10_000);
            field = value;
        }
    }
    = 100;

    /// <summary>
    /// What an event shares with later ones that must not be handled before it: if it is parked, they are parked behind it. Null is no key: such an
    /// event stands alone. By default <see cref="EventEnvelope.CorrelationId"/>.
    /// </summary>
    public Func<EventEnvelope, string?> Key { get; init; } = static @event => @event.CorrelationId;

    /// <summary>
    /// Says whether another attempt at an event may succeed after this error. If true, the consumer waits and repeats it until it succeeds; if
    /// false, the event is parked. By default true for time-outs, and for errors of stores and stations that call themselves transient.
    /// </summary>
    public Func<Exception, bool> IsTransient { get; init; } = static exception =>
        exception is System.Data.Common.DbException { IsTransient: true } or Media.MediaException { IsTransient: true } or TimeoutException;
}
