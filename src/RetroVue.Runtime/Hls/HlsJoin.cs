using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;

namespace RetroVue.Runtime.Hls;

/// <summary>How a viewer of HLS joins a channel.</summary>
public static class HlsJoin
{
    /// <summary>The request of such a viewer.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="client">What the client says of itself.</param>
    /// <param name="options">How viewers of HLS are served; null for the defaults.</param>
    public static JoinRequest Request(ChannelManager channel, string client, HlsViewerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        options ??= new HlsViewerOptions();
        ClockTime target = channel.KeyFrameInterval;
        return new JoinRequest(client)
        {
            Preroll = target * options.Preroll,
            SilenceLimit = target * options.Silence,
            Watching = static output => HlsStream.Of(output),
        };
    }
}
