using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.AspNetCore.Api;

/// <summary>The packets that a channel could not send since it went on the air.</summary>
/// <param name="ShortName">The channel's name in addresses.</param>
/// <param name="LatePackets">The number of packets that came too late; the log says whether the machine, its disks or the file is the
/// cause.</param>
/// <param name="RefusedPackets">The number of packets whose codec differs from the channel's, as of a slate for which there is no
/// encoder.</param>
internal sealed record ChannelLosses(string ShortName, long LatePackets, long RefusedPackets)
{
    /// <summary>Returns a channel's losses; null while it is off the air.</summary>
    public static ChannelLosses? Of(ChannelManager channel) => channel.Output is ChannelOutput output
        ? new ChannelLosses(channel.Channel.ShortName, output.LatePackets, output.RefusedPackets)
        : null;
}
