using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Producers;

namespace RetroVue.Runtime.AspNetCore.Api;

/// <summary>A channel that does not air its schedule.</summary>
/// <param name="Channel">Its name in addresses.</param>
/// <param name="Health">degraded or failed.</param>
/// <param name="Reason">Why, in one line; null if that is not known.</param>
internal sealed record ChannelProblem(string Channel, string Health, string? Reason)
{
    /// <summary>Returns a channel's problem; null if it has none.</summary>
    public static ChannelProblem? Of(ChannelManager channel) =>
        channel.ProducerHealth is ProducerHealth.Degraded or ProducerHealth.Failed
            ? new(channel.Channel.ShortName, channel.ProducerHealth.ToApiName(), channel.HealthReason)
            : null;
}
