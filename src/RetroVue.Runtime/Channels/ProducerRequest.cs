using NodaTime;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Channels;

/// <summary>What a producer is wanted for: its mode, and what it airs.</summary>
/// <param name="Mode">The mode.</param>
/// <param name="Plan">What it airs, from an instant on; null for the channel's schedule, of which it is told more as time goes on.</param>
internal sealed record ProducerRequest(ChannelMode Mode, Func<Instant, PlayoutPlan>? Plan = null)
{
    /// <summary>The channel's schedule.</summary>
    public static ProducerRequest Normal { get; } = new(ChannelMode.Normal);
}
