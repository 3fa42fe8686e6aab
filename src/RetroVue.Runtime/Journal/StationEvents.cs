namespace RetroVue.Runtime.Journal;

/// <summary>The types of the events that a station writes into its log. The payload of each is the record of the same name.</summary>
public static class StationEvents
{
    /// <summary>The station has started, and knows its channels: <see cref="Journal.StationStarted"/>.</summary>
    public const string StationStarted = "station.Started";

    /// <summary>The station ends as planned. After a kill, there is none: <see cref="Journal.StationStopped"/>.</summary>
    public const string StationStopped = "station.Stopped";

    /// <summary>A channel has gone on the air: <see cref="Journal.ChannelOnAir"/>.</summary>
    public const string ChannelOnAir = "channel.OnAir";

    /// <summary>A channel has gone off the air: <see cref="Journal.ChannelOffAir"/>.</summary>
    public const string ChannelOffAir = "channel.OffAir";

    /// <summary>A viewer has joined: <see cref="Journal.ViewerJoined"/>.</summary>
    public const string ViewerJoined = "viewer.Joined";

    /// <summary>A viewer has left: <see cref="Journal.ViewerLeft"/>.</summary>
    public const string ViewerLeft = "viewer.Left";
}
