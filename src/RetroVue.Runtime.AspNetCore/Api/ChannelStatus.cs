using NodaTime;
using RetroVue.Runtime.Channels;

namespace RetroVue.Runtime.AspNetCore.Api;

/// <summary>A channel, as in the API.</summary>
/// <param name="Id">Its UUID.</param>
/// <param name="Name">The name that viewers see.</param>
/// <param name="ShortName">Its name in addresses.</param>
/// <param name="Mode">normal: it airs its schedule.</param>
/// <param name="IsLoading">True while it cannot air yet, because its files are still being looked at. Its entries are slates then, and a viewer
/// who joins waits.</param>
/// <param name="ViewerCount">The number of viewers now.</param>
/// <param name="ProducerStatus">stopped (off the air), starting, running, stopping or error.</param>
/// <param name="ProducerHealth">stopped, running, degraded (a slate airs because an item failed), or failed.</param>
/// <param name="HealthReason">Why the channel is degraded or failed, in one line; null if it is neither.</param>
/// <param name="Now">The entry that airs now.</param>
/// <param name="Next">The entry that airs next.</param>
/// <param name="Before">The entries of the last minute, oldest first: a player of HLS may still show them.</param>
internal sealed record ChannelStatus(
    Guid Id,
    string Name,
    string ShortName,
    string Mode,
    bool IsLoading,
    int ViewerCount,
    string ProducerStatus,
    string ProducerHealth,
    string? HealthReason,
    EntryStatus Now,
    EntryStatus Next,
    EntryStatus[] Before)
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
            channel.IsLoading,
            channel.ViewerCount,
            channel.ProducerState.ToApiName(),
            channel.ProducerHealth.ToApiName(),
            channel.HealthReason,
            EntryStatus.Of(told.Now.Entry),
            EntryStatus.Of(told.Next),
            [.. told.Before.Select(EntryStatus.Of)]);
    }
}
