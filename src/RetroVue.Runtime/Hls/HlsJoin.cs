using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;

namespace RetroVue.Runtime.Hls;

/// <summary>How a viewer of HLS joins a channel.</summary>
public static class HlsJoin
{
    /// <summary>Makes the request of an HLS viewer.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="client">The client's own description of itself.</param>
    /// <param name="options">Options for HLS viewers; null for the defaults.</param>
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
