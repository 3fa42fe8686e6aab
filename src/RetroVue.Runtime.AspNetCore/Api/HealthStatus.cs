namespace RetroVue.Runtime.AspNetCore.Api;

/// <summary>How the station does.</summary>
/// <param name="Status">
/// healthy; degraded while some channel airs a slate in the place of something that failed; failed while some channel has failed.
/// </param>
/// <param name="Channels">Channels there are.</param>
/// <param name="OnAir">Channels on the air.</param>
/// <param name="Viewers">Viewers of all channels.</param>
/// <param name="Problems">Channels that are degraded or have failed, and why.</param>
/// <param name="Losses">What channels on the air could not send, one entry a channel.</param>
internal sealed record HealthStatus(string Status, int Channels, int OnAir, int Viewers, ChannelProblem[] Problems, ChannelLosses[] Losses);
