namespace RetroVue.Runtime.Producers;

/// <summary>What a channel airs: its schedule, or something in its place. Each has a producer of its own.</summary>
public enum ChannelMode
{
    /// <summary>The channel's schedule.</summary>
    Normal,

    /// <summary>A message that interrupts the schedule.</summary>
    Emergency,

    /// <summary>The guide to what the station airs.</summary>
    Guide,
}
