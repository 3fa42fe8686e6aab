namespace RetroVue.Runtime.Schedules;

/// <summary>Items air as they are encoded in their files, which must all be of one kind.</summary>
public sealed record CopyProfile : ChannelProfile;
