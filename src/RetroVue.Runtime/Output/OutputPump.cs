using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// Takes what is due from the item on the air, writes it as a transport stream and hands the bytes on, granule by granule, by station
/// time. Pacing stands here and nowhere else.
/// </summary>
/// <remarks>
/// Granule n ends at n × 40 ms on the channel's line. A channel that starts in the middle of a programme begins with granules that lie in
/// the past; until it has caught up with station time a granule waits for its packets, for twice <see cref="ChannelFeed.WaitLimit"/> at most,
/// since an encoder before it may wait as well; afterwards for none: then tables and clock references go on without them. For the thread
/// of its task.
/// </remarks>
internal sealed class OutputPump : IDisposable
{
    private static readonly Rational s_granule = new(1, 25);

    /// <summary>What a decoding time follows on another by at least, so that both are not the same once rounded to the stream's ticks.</summary>
    private static readonly ClockTime s_tick = ClockTime.FromUnits(1, new Rational(1, 90_000)) + ClockTime.FromNanoseconds(1);

    private readonly ChannelLine _line;
    private readonly IPacketSource _source;
    private readonly AiringLog _airings;
    private readonly TransportStreamWriter _writer;
    private readonly TransportStreamChunker _chunker;
    private readonly OutputLane[] _lanes;
    private readonly StepTask _task;
    private readonly Patience _patience = new(ChannelFeed.WaitLimit * 2);

    /// <summary>What can be decoded at the earliest: the first granule goes out at its end.</summary>
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
        _lanes =
        [
            .. new[] { formats.Video, formats.Audio }.OfType<EncodedFormat>()
                .Select(format => new OutputLane(format.Kind, _writer.AddTrack(format))),
        ];
        source.Arrived = _task.Wake;
    }

    /// <summary>How far ahead of station time what is decoded is taken: what the writer sends ahead, and a granule.</summary>
    public static ClockTime WorkAhead => ClockTime.FromUnits(1, s_granule) + new TransportStreamOptions().Delay;

    public StepTask Task => _task;

    /// <summary>Packets that came too late to be shown, or to be decoded before they are, and were not aired; any thread.</summary>
    public long LatePackets => Volatile.Read(ref _latePackets);

    /// <summary>Packets of another codec than the channel's, which were not aired; any thread.</summary>
    public long RefusedPackets => Volatile.Read(ref _refusedPackets);

    /// <summary>The output time reached; None before the first granule.</summary>
    public ClockTime OutputTime => _writer.OutputTime;

    /// <summary>What writes the stream; for the pump's thread.</summary>
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
            return StepResult.At(_line.Station, _line.ToStation(_patience.EndsAt(now)));
        }

        ClockTime time = ClockTime.FromUnits(_granule, s_granule);
        if (time > now)
        {
            _isLive = true;
            return StepResult.At(_line.Station, _line.ToStation(time));
        }

        // What begins to go out at this granule's end is decoded the writer's delay later; one granule more, so that it is among it.
        ClockTime horizon = ClockTime.FromUnits(_granule + 1, s_granule) + _writer.Options.Delay;
        _source.Advance(time);
        _isLive |= _patience.HasEnded(now);
        if (!_isLive && !_source.Covers(horizon))
        {
            return StepResult.At(_line.Station, _line.ToStation(_patience.EndsAt(now)));
        }

        _patience.Renew();
        foreach (OutputLane lane in _lanes)
        {
            TakeDue(lane, time, horizon);
        }

        _writer.AdvanceTo(time, _chunker);
        _chunker.Flush(time);
        _airings.Advance(time);
        _granule++;
        return StepResult.Again;
    }

    private bool TryBegin(ClockTime now)
    {
        if (!_source.HasBegun(now) && !_patience.HasEnded(now))
        {
            return false;
        }

        // The picture decides where there is one: sound before its first key frame is not wanted. An item may have neither as yet.
        ClockTime first = _lanes.Select(lane => _source.PeekTime(lane.Kind)).FirstOrDefault(time => !time.IsNone, ClockTime.None);
        ClockTime start = first.IsNone ? now : ClockTime.Min(first - _writer.Options.Delay, now);
        // The last granule that ends at the start or before it, on either side of the line's zero.
        _granule = start.ToUnits(s_granule);
        _granule -= ClockTime.FromUnits(_granule, s_granule) > start ? 1 : 0;
        _begin = ClockTime.FromUnits(_granule, s_granule) + s_tick;
        _hasBegun = true;
        _patience.Renew();
        return true;
    }

    private void TakeDue(OutputLane lane, ClockTime time, ClockTime horizon)
    {
        while (_source.TryTake(lane.Kind, horizon) is { } item)
        {
            if (item.Buffer is { } packet)
            {
                Write(lane, packet, item.Tag, time);
            }
            else if (item.Format is EncodedFormat format)
            {
                ChangeFormat(lane, format);
            }
        }
    }

    /// <summary>An item that does not fit, such as a slate in a channel of another codec, is not aired; the channel goes on.</summary>
    private void ChangeFormat(OutputLane lane, EncodedFormat format)
    {
        try
        {
            _writer.ChangeFormat(lane.Track, format);
            lane.Begin(format);
            lane.IsRefused = false;
        }
        catch (ArgumentException)
        {
            lane.IsRefused = true;
        }
    }

    private void Write(OutputLane lane, MediaBuffer packet, ItemTag? tag, ClockTime time)
    {
        if (lane.IsRefused)
        {
            Volatile.Write(ref _refusedPackets, _refusedPackets + 1);
            packet.Release();
            return;
        }

        // What is sent until then is decoded then or later, and after what was sent before it.
        ClockTime sent = ClockTime.Max(time, _begin);
        ClockTime earliest = lane.LastDecode + s_tick > sent ? lane.LastDecode + s_tick : sent;
        // Too late to be decoded before it is shown. Pictures after a missing one cannot be decoded, up to the next key frame.
        if (!lane.Admits(packet, packet.Pts < earliest))
        {
            // What lies before the channel's beginning is not wanted.
            Volatile.Write(ref _latePackets, _latePackets + (packet.Pts < _begin ? 0 : 1));
            packet.Release();
            return;
        }

        MediaBuffer written = lane.Write(packet).MakeWritable();
        ClockTime decode = written.DecodeOrder;
        if (decode < earliest)
        {
            // A new item's first pictures are decoded before they are shown, when the last item's are decoded too, or before they come.
            decode = earliest;
            written.Dts = decode;
        }

        lane.LastDecode = decode;
        _airings.Note(lane.Kind, tag, written.Pts);
        _writer.Write(lane.Track, written);
    }
}
