namespace RetroVue.Runtime.AspNetCore.Api;

/// <summary>How the station does.</summary>
/// <param name="Status">healthy, or degraded while some channel on the air airs a slate in the place of something that failed.</param>
/// <param name="Channels">Channels there are.</param>
/// <param name="OnAir">Channels on the air.</param>
/// <param name="Viewers">Viewers of all channels.</param>
/// <param name="Losses">What channels on the air could not send, one entry a channel.</param>
internal sealed record HealthStatus(string Status, int Channels, int OnAir, int Viewers, ChannelLosses[] Losses);
