using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>One stream on its way from the file to its output, until the segment's end.</summary>
internal sealed unsafe class DemuxedStream(InputFile file, StreamInfo info, OutputPad output, FirstLook look = default) : IDisposable
{
    /// <summary>How much is told at a time of a stream that is silent.</summary>
    private static readonly ClockTime s_gapStep = ClockTime.FromMilliseconds(500);

    private readonly PacketTimes _times = new(info, look);
    private EncodedFormat _format = info.Format;
    private Segment _segment = Segment.Default;
    private BufferFlags _nextFlags;
    private long _sequence;
    private ClockTime _last = ClockTime.None;

    /// <summary>What is read.</summary>
    public StreamInfo Info => info;

    /// <summary>Where it goes.</summary>
    public OutputPad Output => output;

    /// <summary>True once its end was sent.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>True as long as no packet has come.</summary>
    public bool IsEmpty => _sequence == 0 && !HasEnded;

    /// <summary>The latest end of presentation so far; None before the first.</summary>
    public ClockTime LastEnd { get; private set; } = ClockTime.None;

    /// <summary>The latest decoding time of a packet, or the end of a gap that was told since; None before the stream is announced.</summary>
    public ClockTime Reached { get; private set; } = ClockTime.None;

    /// <summary>
    /// Up to when the stream is known to have come: of two packets in a row the earlier decoding time, since a single one may be wrong. None
    /// before the second.
    /// </summary>
    public ClockTime Confirmed { get; private set; } = ClockTime.None;

    /// <summary>
    /// How far a stream may lie behind another in a file before it counts as silent. Transport streams bring pictures up to a second
    /// ahead of their sound (ISO/IEC 13818-1 2.4.2.6), and files interleave in stretches of about as much. Pictures may be shown for
    /// half a minute, and what comes before a long hole is given out by the decoder, and of a transport stream by libavformat too, when
    /// the next ones have come.
    /// </summary>
    private ClockTime LongestLag => ClockTime.FromSeconds(info.Format.Kind == MediaKind.Video ? 32 : 3);

    /// <summary>Announces format and segment.</summary>
    public void Announce(Segment segment)
    {
        _segment = segment;
        Reached = segment.Start;
        output.Push(new FormatChanged(info.Format));
        output.Push(segment);
    }

    /// <summary>Tells that packets were lost before the next one.</summary>
    public void MarkLoss() => _nextFlags = BufferFlags.Discontinuity;

    /// <summary>Hands a packet on, or ends the stream where it lies beyond the segment: what follows does too.</summary>
    public void Push(PacketMemory memory)
    {
        if (!ReferenceEquals(file.FormatOf(info), _format))
        {
            _format = file.FormatOf(info);
            output.Push(new FormatChanged(_format));
        }

        var buffer = MediaBuffer.Create(memory);
        var time = _times.Next(memory.Packet);
        (buffer.Pts, buffer.Dts, buffer.Duration) = (time.Pts, time.Dts, time.Duration);
        buffer.Flags = FlagsOf(memory.Packet) | _nextFlags | (time.IsEstimated ? BufferFlags.EstimatedTime : BufferFlags.None);
        Confirmed = ClockTime.Min(_last, buffer.DecodeOrder);
        _last = buffer.DecodeOrder;
        // Nothing is shown before it is decoded, and decoding times only grow; but a single one may be wrong.
        if (buffer.DecodeOrder >= _segment.Stop)
        {
            buffer.Release();
            if (Confirmed >= _segment.Stop)
            {
                End(EndOfStream.OfStretch);
            }

            return;
        }

        _nextFlags = BufferFlags.None;
        buffer.Sequence = _sequence++;
        LastEnd = time.End > LastEnd || LastEnd.IsNone ? time.End : LastEnd;
        Reached = buffer.DecodeOrder > Reached ? buffer.DecodeOrder : Reached;
        output.Push(buffer);
    }

    /// <summary>
    /// Hears how far another stream of the file has come. If this one is so far behind that nothing more can be expected up to some
    /// time, it says so: whoever puts the two together would wait for it, and keep the other one's buffers, to the end of the file.
    /// </summary>
    public void Follow(ClockTime other)
    {
        var (from, until) = (LastEnd > Reached ? LastEnd : Reached, other - LongestLag);
        if (!HasEnded && !other.IsNone && until - from >= s_gapStep)
        {
            output.Push(new Gap(from, until - from));
            Reached = until;
        }
    }

    private BufferFlags FlagsOf(AVPacket* packet)
    {
        var flags = PacketMemory.ToBufferFlags(packet->flags);
        return PacketMemory.IsEntry(packet, _format) ? flags : flags & ~BufferFlags.KeyFrame;
    }

    /// <summary>Sends the end, once.</summary>
    public void End(EndOfStream end)
    {
        if (!HasEnded)
        {
            HasEnded = true;
            output.Push(end);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _times.Dispose();
}
