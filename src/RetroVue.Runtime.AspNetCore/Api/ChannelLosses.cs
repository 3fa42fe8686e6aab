using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.AspNetCore.Api;

/// <summary>What a channel could not send since it went on the air.</summary>
/// <param name="ShortName">The channel's name in addresses.</param>
/// <param name="LatePackets">Packets that came too late: the machine, its discs or the file is the cause, as the log says.</param>
/// <param name="RefusedPackets">Packets of another codec than the channel's: of a slate where none can be made in it.</param>
internal sealed record ChannelLosses(string ShortName, long LatePackets, long RefusedPackets)
{
    /// <summary>A channel's losses; null while it is off the air.</summary>
    public static ChannelLosses? Of(ChannelManager channel) => channel.Output is ChannelOutput output
        ? new ChannelLosses(channel.Channel.ShortName, output.LatePackets, output.RefusedPackets)
        : null;
}
