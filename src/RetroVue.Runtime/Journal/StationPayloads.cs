using System.Text.Json.Serialization.Metadata;

namespace RetroVue.Runtime.Journal;

/// <summary>How the payloads of the station's events are read: <c>envelope.ReadPayload(StationPayloads.ViewerJoined)</c>. Thread-safe.</summary>
public static class StationPayloads
{
    /// <summary>Of <see cref="StationEvents.StationStarted"/>.</summary>
    public static JsonTypeInfo<StationStarted> StationStarted => JournalJson.Default.StationStarted;

    /// <summary>Of <see cref="StationEvents.StationStopped"/>.</summary>
    public static JsonTypeInfo<StationStopped> StationStopped => JournalJson.Default.StationStopped;

    /// <summary>Of <see cref="StationEvents.ChannelOnAir"/>.</summary>
    public static JsonTypeInfo<ChannelOnAir> ChannelOnAir => JournalJson.Default.ChannelOnAir;

    /// <summary>Of <see cref="StationEvents.ChannelOffAir"/>.</summary>
    public static JsonTypeInfo<ChannelOffAir> ChannelOffAir => JournalJson.Default.ChannelOffAir;

    /// <summary>Of <see cref="StationEvents.ViewerJoined"/>.</summary>
    public static JsonTypeInfo<ViewerJoined> ViewerJoined => JournalJson.Default.ViewerJoined;

    /// <summary>Of <see cref="StationEvents.ViewerLeft"/>.</summary>
    public static JsonTypeInfo<ViewerLeft> ViewerLeft => JournalJson.Default.ViewerLeft;
}
