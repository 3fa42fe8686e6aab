namespace RetroVue.Runtime.AspNetCore.Api;

/// <summary>The health of the station.</summary>
/// <param name="Status">
/// healthy; degraded if a channel airs a slate because an item failed; failed if a channel has failed.
/// </param>
/// <param name="Channels">The number of channels.</param>
/// <param name="OnAir">The number of channels on the air.</param>
/// <param name="Viewers">The number of viewers of all channels.</param>
/// <param name="Loading">The number of channels that cannot air yet, because their files are still being looked at.</param>
/// <param name="Files">How many files the station knows.</param>
/// <param name="Problems">The channels that are degraded or have failed, and the reasons.</param>
/// <param name="Losses">The packets that channels on the air could not send, one entry for each channel.</param>
internal sealed record HealthStatus(string Status, int Channels, int OnAir, int Viewers, int Loading, FilesStatus Files, ChannelProblem[] Problems, ChannelLosses[] Losses);
