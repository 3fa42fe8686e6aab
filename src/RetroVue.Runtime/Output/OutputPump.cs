using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// Takes the due packets of the item on the air, writes them as a transport stream, and hands the bytes on, granule by granule, at station
/// time. Only this class paces the stream.
/// </summary>
/// <remarks>
/// Granule n ends at n × 40 ms on the channel's line. A channel that starts in the middle of a programme begins with granules in the past.
/// Until it has caught up with station time, a granule waits for its packets, for at most twice <see cref="ChannelFeed.WaitLimit"/>,
/// because an encoder before it may wait as well. After that, granules do not wait: tables and clock references go on without the packets.
/// Only for the thread of its task.
/// </remarks>
internal sealed class OutputPump : IDisposable
{
    private static readonly Rational s_granule = new(1, 25);

    /// <summary>The smallest step from one decoding time to the next, so that they differ after rounding to the stream's ticks.</summary>
    private static readonly ClockTime s_tick = ClockTime.FromUnits(1, new Rational(1, 90_000)) + ClockTime.FromNanoseconds(1);

    private readonly ChannelLine _line;
    private readonly IPacketSource _source;
    private readonly AiringLog _airings;
    private readonly TransportStreamWriter _writer;
    private readonly TransportStreamChunker _chunker;
    private readonly OutputStream[] _streams;
    private readonly StepTask _task;
    private readonly LimitedWait _wait = new(ChannelFeed.WaitLimit * 2);

    /// <summary>The earliest possible decoding time: the first granule is sent at its end.</summary>
    private ClockTime _begin = ClockTime.None;

    private long _granule;
    private bool _hasBegun;
    private long _latePackets;
    private long _refusedPackets;
    private bool _isLive;

    public OutputPump(string name, ChannelLine line, ChannelFormats formats, IPacketSource source, AiringLog airings, Action<TransportStreamChunk> publish)
    {
        _line = line;
        _source = source;
        _airings = airings;
        _writer = new TransportStreamWriter(new TransportStreamOptions { ServiceName = name, ServiceProvider = "RetroVue" });
        _chunker = new TransportStreamChunker(publish);
        _task = new StepTask($"{name}-output", Step);
        _streams =
        [
            .. new[] { formats.Video, formats.Audio }.OfType<EncodedFormat>()
                .Select(format => new OutputStream(format.Kind, _writer.AddTrack(format))),
        ];
        source.Arrived = _task.Wake;
    }

    /// <summary>How far ahead of station time packets are taken, by decoding time: the writer's delay, and a granule.</summary>
    public static ClockTime WorkAhead => ClockTime.FromUnits(1, s_granule) + new TransportStreamOptions().Delay;

    public StepTask Task => _task;

    /// <summary>
    /// The number of packets that were not aired because they were too late to be shown, or to be decoded before that; any thread.
    /// </summary>
    public long LatePackets => Volatile.Read(ref _latePackets);

    /// <summary>The number of packets that were not aired because their codec differs from the channel's; any thread.</summary>
    public long RefusedPackets => Volatile.Read(ref _refusedPackets);

    /// <summary>The output time reached; None before the first granule.</summary>
    public ClockTime OutputTime => _writer.OutputTime;

    /// <summary>The writer of the stream; only for the pump's thread.</summary>
    public TransportStreamWriter Writer => _writer;

    public void Dispose()
    {
        _airings.Close();
        _writer.Dispose();
        _chunker.Dispose();
    }

    private StepResult Step()
    {
        ClockTime now = _line.Now;
        if (!_hasBegun && !TryBegin(now))
        {
            return StepResult.At(_line.Station, _line.ToStation(_wait.EndsAt(now)));
        }

        ClockTime time = ClockTime.FromUnits(_granule, s_granule);
        if (time > now)
        {
            _isLive = true;
            return StepResult.At(_line.Station, _line.ToStation(time));
        }

        // A packet that is sent from this granule's end on is decoded the writer's delay later. One granule more makes sure that it is
        // included.
        ClockTime horizon = ClockTime.FromUnits(_granule + 1, s_granule) + _writer.Options.Delay;
        _source.Advance(time);
        _isLive |= _wait.HasEnded(now);
        if (!_isLive && !_source.Covers(horizon))
        {
            return StepResult.At(_line.Station, _line.ToStation(_wait.EndsAt(now)));
        }

        _wait.Renew();
        foreach (OutputStream stream in _streams)
        {
            TakeDue(stream, time, horizon);
        }

        _writer.AdvanceTo(time, _chunker);
        _chunker.Flush(time);
        _airings.Advance(time);
        _granule++;
        return StepResult.Again;
    }

    private bool TryBegin(ClockTime now)
    {
        if (!_source.HasBegun(now) && !_wait.HasEnded(now))
        {
            return false;
        }

        // If there is a picture, it decides: sound before its first key frame is not wanted. An item may have neither yet.
        ClockTime first = _streams.Select(stream => _source.PeekTime(stream.Kind)).FirstOrDefault(time => !time.IsNone, ClockTime.None);
        ClockTime start = first.IsNone ? now : ClockTime.Min(first - _writer.Options.Delay, now);
        // The last granule that ends at the start or before; the line's times may be negative.
        _granule = start.ToUnits(s_granule);
        _granule -= ClockTime.FromUnits(_granule, s_granule) > start ? 1 : 0;
        _begin = ClockTime.FromUnits(_granule, s_granule) + s_tick;
        _hasBegun = true;
        _wait.Renew();
        return true;
    }

    private void TakeDue(OutputStream stream, ClockTime time, ClockTime horizon)
    {
        while (_source.TryTake(stream.Kind, horizon) is { } item)
        {
            if (item.Buffer is { } packet)
            {
                Write(stream, packet, item.Tag, time);
            }
            else if (item.Format is EncodedFormat format)
            {
                ChangeFormat(stream, format);
            }
        }
    }

    /// <summary>
    /// Notes a change of format. An item that does not fit, such as a slate of another codec, is not aired; the channel goes on.
    /// </summary>
    private void ChangeFormat(OutputStream stream, EncodedFormat format)
    {
        try
        {
            _writer.ChangeFormat(stream.Track, format);
            stream.Begin(format);
            stream.IsRefused = false;
        }
        catch (ArgumentException)
        {
            stream.IsRefused = true;
        }
    }

    private void Write(OutputStream stream, MediaBuffer packet, ItemTag? tag, ClockTime time)
    {
        if (stream.IsRefused)
        {
            Volatile.Write(ref _refusedPackets, _refusedPackets + 1);
            packet.Release();
            return;
        }

        // A packet cannot be decoded before it has been sent, nor before the packet that was sent before it.
        ClockTime sent = ClockTime.Max(time, _begin);
        ClockTime earliest = stream.LastDecode + s_tick > sent ? stream.LastDecode + s_tick : sent;
        // It is too late to be decoded before it is shown. Pictures after a missing one cannot be decoded until the next key frame.
        if (!stream.Admits(packet, packet.Pts < earliest))
        {
            // A packet from before the channel's beginning is not wanted, so it does not count.
            Volatile.Write(ref _latePackets, _latePackets + (packet.Pts < _begin ? 0 : 1));
            packet.Release();
            return;
        }

        MediaBuffer written = stream.Write(packet).MakeWritable();
        ClockTime decode = written.DecodeOrder;
        if (decode < earliest)
        {
            // A new item's first pictures would be decoded before they arrive, or while the last item's pictures are still decoded.
            decode = earliest;
            written.Dts = decode;
        }

        stream.LastDecode = decode;
        _airings.Note(stream.Kind, tag, written.Pts);
        _writer.Write(stream.Track, written);
    }
}
