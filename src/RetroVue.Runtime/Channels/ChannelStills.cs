using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Channels;

/// <summary>
/// Makes small pictures of the item that a channel's schedule shows now; at most one every ten seconds, for all callers together.
/// </summary>
/// <remarks>Thread-safe. The channel need not be on the air: the picture comes from the file.</remarks>
public sealed class ChannelStills
{
    private static readonly Duration s_lifetime = Duration.FromSeconds(10);

    private readonly ChannelManager _channel;
    private readonly ILogger _logger;
    private readonly IMeterFactory? _meterFactory;
    private readonly Lock _lock = new();
    private Task<byte[]?> _picture = Task.FromResult<byte[]?>(null);
    private PlayoutEntry? _entry;
    private Instant _at;

    internal ChannelStills(ChannelManager channel, ILogger logger, IMeterFactory? meterFactory) => (_channel, _logger, _meterFactory) = (channel, logger, meterFactory);

    /// <summary>
    /// Returns the picture, a JPEG 320 pixels wide; null if a slate airs, or if the file cannot be read, which is logged.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; the picture is still made, for the next caller.</param>
    public Task<byte[]?> GetAsync(CancellationToken cancellationToken = default)
    {
        SchedulePosition now = _channel.Now;
        lock (_lock)
        {
            if (_entry != now.Entry || now.At - _at >= s_lifetime)
            {
                (_entry, _at, _picture) = (now.Entry, now.At, MakeAsync(now));
            }

            return _picture.WaitAsync(cancellationToken);
        }
    }

    private async Task<byte[]?> MakeAsync(SchedulePosition airing)
    {
        if (airing.Entry.File is not { } file)
        {
            return null;
        }

        try
        {
            return await Still.MakeAsync(file, airing.Position.ToClockTime(), _meterFactory).ConfigureAwait(false);
        }
        catch (MediaException exception)
        {
            RuntimeLog.NoStill(_logger, _channel.Channel.ShortName, exception.Message);
            return null;
        }
    }
}
