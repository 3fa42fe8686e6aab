using NodaTime;
using RetroVue.Runtime.Channels;

namespace RetroVue.Runtime.AspNetCore.Api;

/// <summary>A channel as the API tells it.</summary>
/// <param name="Id">Its UUID.</param>
/// <param name="Name">What viewers read.</param>
/// <param name="ShortName">Its name in addresses.</param>
/// <param name="Mode">normal: it airs its schedule.</param>
/// <param name="ViewerCount">Viewers now.</param>
/// <param name="ProducerStatus">stopped (off the air), starting, running, stopping or error.</param>
/// <param name="ProducerHealth">stopped, running, degraded while a slate airs in the place of something that failed, or failed.</param>
/// <param name="HealthReason">Why it is degraded or failed, in one line; null if it is neither.</param>
/// <param name="Now">What airs now.</param>
/// <param name="Next">What airs after it.</param>
/// <param name="Before">What aired in the minute before it, oldest first: a player of segments is still there.</param>
internal sealed record ChannelStatus(
    Guid Id,
    string Name,
    string ShortName,
    string Mode,
    int ViewerCount,
    string ProducerStatus,
    string ProducerHealth,
    string? HealthReason,
    AiringStatus Now,
    AiringStatus Next,
    AiringStatus[] Before)
{
    private static readonly Duration s_before = Duration.FromMinutes(1);

    public static ChannelStatus Of(ChannelManager channel)
    {
        NowAndNext told = channel.GetNowAndNext(s_before);
        return new ChannelStatus(
            channel.Channel.Id,
            channel.Channel.Name,
            channel.Channel.ShortName,
            "normal",
            channel.ViewerCount,
            channel.ProducerState.ToApiName(),
            channel.ProducerHealth.ToApiName(),
            channel.HealthReason,
            AiringStatus.Of(told.Now.Entry),
            AiringStatus.Of(told.Next),
            [.. told.Before.Select(AiringStatus.Of)]);
    }
}
