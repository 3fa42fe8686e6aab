namespace RetroVue.Runtime.Producers;

/// <summary>
/// The kind of content that a channel airs: its schedule, or something instead of it. Each mode has a producer of its own.
/// </summary>
public enum ChannelMode
{
    /// <summary>The channel's schedule.</summary>
    Normal,

    /// <summary>A message that interrupts the schedule.</summary>
    Emergency,

    /// <summary>The guide to the station's programmes.</summary>
    Guide,
}
