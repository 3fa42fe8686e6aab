using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Channels;

/// <summary>Says so where packets come too late to be aired, and whose fault that is: the file's, or the machine's.</summary>
/// <remarks>For one caller at a time.</remarks>
internal sealed class OutputWatch(IScheduleService schedules, Channel channel, ILogger logger, ChannelTelemetry telemetry)
{
    private static readonly Duration s_complaintInterval = Duration.FromMinutes(1);

    private long _late;
    private long _counted;
    private ChannelSink? _outOfOrder;
    private Instant _quietUntil = Instant.MinValue;

    /// <summary>Counts what has come too late since it was called before.</summary>
    public void Count(ChannelOutput output)
    {
        if (output.LatePackets - _counted is var late and > 0)
        {
            telemetry.Late(late, isOfFile: (output.OutOfOrder ?? _outOfOrder) is not null);
            _counted += late;
        }
    }

    /// <summary>Looks at an output; about once a second.</summary>
    public void Look(ChannelOutput output, Instant now)
    {
        Count(output);
        if (output.OutOfOrder is { } item)
        {
            if (!ReferenceEquals(item, _outOfOrder))
            {
                PlayoutEntry entry = schedules.GetAiring(channel.Id, now).Entry;
                RuntimeLog.FileOutOfOrder(logger, channel.ShortName, entry.File ?? entry.Title);
            }

            (_outOfOrder, _late) = (item, output.LatePackets);
        }
        else if (_outOfOrder is not null)
        {
            // What was late in the last second was of that item still, and not the machine's fault.
            (_outOfOrder, _late) = (null, output.LatePackets);
        }
        else if (output.LatePackets > _late && now >= _quietUntil)
        {
            RuntimeLog.CannotKeepUp(logger, channel.ShortName, output.LatePackets - _late);
            (_late, _quietUntil) = (output.LatePackets, now + s_complaintInterval);
        }
    }
}
