using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RetroVue.Media.Blocking;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.AspNetCore.Streams;

/// <summary>
/// The response body of one viewer. If the connection accepts nothing for <see cref="LongestWrite"/>, the viewer counts as gone. The size
/// of the socket's buffer is limited, so that this happens soon. For one thread at a time.
/// </summary>
internal sealed class ViewerBody
{
    private readonly HttpContext _context;
    private readonly string _channel;
    private readonly string _kind;
    private readonly WebTelemetry _telemetry;
    private readonly System.Net.Sockets.Socket? _socket;
    private long _stored;
    private long _bytes;
    private ClockTime _since = ClockTime.None;

    /// <summary>Makes the body of a viewer's response.</summary>
    /// <param name="context">The viewer's request.</param>
    /// <param name="channel">The channel's short name.</param>
    /// <param name="kind">The kind of the stream: "live" or "hls".</param>
    public ViewerBody(HttpContext context, string channel, string kind)
    {
        (_context, _channel, _kind) = (context, channel, kind);
        _telemetry = context.RequestServices.GetRequiredService<WebTelemetry>();
        _socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
    }

    /// <summary>How long a write may wait for the viewer to read; much longer than the channel keeps chunks for slow viewers.</summary>
    public static TimeSpan LongestWrite { get; } = TimeSpan.FromSeconds(5);

    /// <summary>How much of a stream the socket's buffer may hold.</summary>
    public static ClockTime SocketDepth { get; } = ClockTime.FromSeconds(2);

    /// <summary>At least the system's smallest size, and at most the size that the system would allow anyway.</summary>
    private static (long Least, long Most) SocketBytes => (64 << 10, 4 << 20);

    public PipeWriter Writer => _context.Response.BodyWriter;

    /// <summary>Sends the written bytes.</summary>
    /// <param name="bytes">How much that is.</param>
    /// <param name="gone">Gives up.</param>
    /// <exception cref="TimeoutException">The viewer has accepted nothing for too long; the connection has been closed.</exception>
    public ValueTask<FlushResult> FlushAsync(int bytes, CancellationToken gone)
    {
        _telemetry.Sent(_channel, _kind, bytes);
        ValueTask<FlushResult> flush = Writer.FlushAsync(gone);
        return flush.IsCompleted ? flush : WithinLimitAsync(flush.AsTask());
    }

    /// <summary>The viewer is disconnected.</summary>
    /// <param name="reason">"lagged" or "silent".</param>
    public void Disconnected(string reason) => _telemetry.Disconnected(_channel, reason);

    /// <summary>Limits the socket's buffer for a stream of this bit rate; zero if the rate is not known.</summary>
    public void Bound(long bitsPerSecond)
    {
        if (bitsPerSecond > 0)
        {
            Store(BytesOf(bitsPerSecond / 8.0));
        }
    }

    /// <summary>Limits the socket's buffer for the stream's real bit rate, measured every two seconds.</summary>
    public void Bound(MediaBuffer chunk)
    {
        _since = _since.IsNone ? chunk.Pts : _since;
        _bytes += chunk.Data.Length;
        ClockTime span = chunk.End - _since;
        if (span >= SocketDepth)
        {
            Store(BytesOf(_bytes * 1e9 / span.Nanoseconds));
            (_bytes, _since) = (0, chunk.End);
        }
    }

    private static long BytesOf(double bytesPerSecond) =>
        Math.Clamp((long)(bytesPerSecond * SocketDepth.Nanoseconds / 1e9), SocketBytes.Least, SocketBytes.Most);

    private async ValueTask<FlushResult> WithinLimitAsync(Task<FlushResult> flush)
    {
        try
        {
            await Watchdog.WithinAsync(flush, LongestWrite).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Disconnected("silent");
            _context.Abort();
            throw;
        }

        return await flush.ConfigureAwait(false);
    }

    /// <summary>Sets the size if it has changed by a fifth; setting it also stops the system from growing it.</summary>
    private void Store(long bytes)
    {
        if (_socket is null || Math.Abs(bytes - _stored) * 5 < _stored)
        {
            return;
        }

        _stored = bytes;
        try
        {
            _socket.SendBufferSize = (int)bytes;
        }
        catch (Exception exception) when (exception is System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            // The viewer has left.
        }
    }
}
