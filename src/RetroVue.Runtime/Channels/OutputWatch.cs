using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Channels;

/// <summary>Logs that packets come too late to be aired, and whether the file or the machine is the cause.</summary>
/// <remarks>For one caller at a time.</remarks>
internal sealed class OutputWatch(IScheduleService schedules, Channel channel, ILogger logger, ChannelTelemetry telemetry)
{
    private static readonly Duration s_complaintInterval = Duration.FromMinutes(1);

    private long _late;
    private long _counted;
    private ChannelSink? _outOfOrder;
    private Instant _quietUntil = Instant.MinValue;

    /// <summary>Counts the packets that have come too late since the last call.</summary>
    public void Count(ChannelOutput output)
    {
        if (output.LatePackets - _counted is var late and > 0)
        {
            telemetry.Late(late, isOfFile: (output.OutOfOrder ?? _outOfOrder) is not null);
            _counted += late;
        }
    }

    /// <summary>Checks an output; called about once a second.</summary>
    public void Look(ChannelOutput output, Instant now)
    {
        Count(output);
        if (output.OutOfOrder is { } item)
        {
            if (!ReferenceEquals(item, _outOfOrder))
            {
                PlayoutEntry entry = schedules.GetPosition(channel.Id, now).Entry;
                RuntimeLog.FileOutOfOrder(logger, channel.ShortName, entry.File ?? entry.Title);
            }

            (_outOfOrder, _late) = (item, output.LatePackets);
        }
        else if (_outOfOrder is not null)
        {
            // The late packets of the last second still belong to that item, so the machine is not the cause.
            (_outOfOrder, _late) = (null, output.LatePackets);
        }
        else if (output.LatePackets > _late && now >= _quietUntil)
        {
            RuntimeLog.CannotKeepUp(logger, channel.ShortName, output.LatePackets - _late);
            (_late, _quietUntil) = (output.LatePackets, now + s_complaintInterval);
        }
    }
}
