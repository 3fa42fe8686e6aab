using Microsoft.Extensions.Logging;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Pipelines;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Channels;

/// <summary>What a channel's schedule shows at the moment as a small picture, made at most every ten seconds whoever asks.</summary>
/// <remarks>Thread-safe. The channel need not be on the air: the picture comes from the file.</remarks>
public sealed class ChannelStills
{
    private static readonly NodaTime.Duration s_lifetime = NodaTime.Duration.FromSeconds(10);

    private readonly ChannelManager _channel;
    private readonly MasterClock _clock;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private (NodaTime.Instant At, PlayoutEntry Entry, byte[]? Picture)? _last;

    internal ChannelStills(ChannelManager channel, MasterClock clock, ILogger logger) => (_channel, _clock, _logger) = (channel, clock, logger);

    /// <summary>The picture, a JPEG 320 pixels wide; null where a slate is on or the file cannot be read, which is logged.</summary>
    public async Task<byte[]?> GetAsync(CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Airing now = _channel.Now;
            if (_last is not { } last || last.Entry != now.Entry || _clock.UtcNow - last.At >= s_lifetime)
            {
                _last = last = (_clock.UtcNow, now.Entry, await MakeAsync(now, cancellationToken).ConfigureAwait(false));
            }

            return last.Picture;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<byte[]?> MakeAsync(Airing airing, CancellationToken cancellationToken)
    {
        if (airing.Entry.File is not { } file)
        {
            return null;
        }

        try
        {
            return await Still.MakeAsync(file, airing.Position.ToClockTime(), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is MediaFileException or ElementException)
        {
            RuntimeLog.NoStill(_logger, _channel.Channel.ShortName, exception.Message);
            return null;
        }
    }
}
