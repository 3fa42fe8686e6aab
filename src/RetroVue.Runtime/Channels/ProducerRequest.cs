using NodaTime;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Channels;

/// <summary>The mode of a producer, and its content.</summary>
/// <param name="Mode">The mode.</param>
/// <param name="Plan">Makes its plan, from an instant on; null if it airs the channel's schedule, which it gets piece by piece.</param>
internal sealed record ProducerRequest(ChannelMode Mode, Func<Instant, PlayoutPlan>? Plan = null)
{
    /// <summary>The channel's schedule.</summary>
    public static ProducerRequest Normal { get; } = new(ChannelMode.Normal);
}
