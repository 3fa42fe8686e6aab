namespace RetroVue.Runtime.Schedules;

/// <summary>Items air as they are encoded in their files, so all files must have the same formats.</summary>
public sealed record CopyProfile : ChannelProfile;
