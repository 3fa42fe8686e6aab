using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>One stream between the file and its output, until the segment's end.</summary>
internal sealed unsafe class DemuxedStream(InputFile file, StreamInfo info, OutputPad output, FirstLook look = default) : IDisposable
{
    /// <summary>The smallest gap that is announced for a silent stream.</summary>
    private static readonly ClockTime s_gapStep = ClockTime.FromMilliseconds(500);

    private readonly PacketTimes _times = new(info, look);
    private EncodedFormat _format = info.Format;
    private Segment _segment = Segment.Default;
    private BufferFlags _nextFlags;
    private long _sequence;
    private ClockTime _last = ClockTime.None;

    /// <summary>The stream of the file.</summary>
    public StreamInfo Info => info;

    /// <summary>The output of the stream.</summary>
    public OutputPad Output => output;

    /// <summary>True once its end was sent.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>True as long as no packet has come.</summary>
    public bool IsEmpty => _sequence == 0 && !HasEnded;

    /// <summary>The latest end of presentation so far; None before the first.</summary>
    public ClockTime LastEnd { get; private set; } = ClockTime.None;

    /// <summary>The latest decoding time of a packet, or the end of a later gap; None before the format is announced.</summary>
    public ClockTime Reached { get; private set; } = ClockTime.None;

    /// <summary>
    /// The time up to which the stream has certainly come: the earlier decoding time of two consecutive packets, because a single one may
    /// be wrong. None before the second packet.
    /// </summary>
    public ClockTime Confirmed { get; private set; } = ClockTime.None;

    /// <summary>
    /// How far a stream may lie behind another one in a file before it counts as silent. Transport streams store pictures up to a second
    /// before their sound (ISO/IEC 13818-1 2.4.2.6), and files interleave in parts of about that length. A picture may be shown for half a
    /// minute; and the decoder (for a transport stream also libavformat) returns the picture before a long hole only when the next ones
    /// have come.
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

    /// <summary>Notes that packets were lost before the next one.</summary>
    public void MarkLoss() => _nextFlags = BufferFlags.Discontinuity;

    /// <summary>Pushes a packet, or ends the stream if the packet and all later ones lie beyond the segment.</summary>
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
        // No picture is shown before it is decoded, and decoding times only grow; but a single one may be wrong.
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
    /// Notes how far another stream of the file has come. If this stream is far behind, it announces a gap; otherwise a muxer of both would
    /// wait for it, and store the other one's buffers up to the end of the file.
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
