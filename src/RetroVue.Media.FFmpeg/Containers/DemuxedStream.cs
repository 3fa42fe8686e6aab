using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>One stream on its way from the file to its output, until the segment's end.</summary>
internal sealed unsafe class DemuxedStream(StreamInfo info, OutputPad output)
{
    private readonly PacketTimes _times = new(info);
    private Segment _segment = Segment.Default;
    private BufferFlags _nextFlags;
    private long _sequence;

    /// <summary>What is read.</summary>
    public StreamInfo Info => info;

    /// <summary>Where it goes.</summary>
    public OutputPad Output => output;

    /// <summary>True once its end was sent.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The latest end of presentation so far; None before the first.</summary>
    public ClockTime LastEnd { get; private set; } = ClockTime.None;

    /// <summary>Announces format and segment.</summary>
    public void Announce(Segment segment)
    {
        _segment = segment;
        output.Push(new FormatChanged(info.Format));
        output.Push(segment);
    }

    /// <summary>Tells that packets were lost before the next one.</summary>
    public void MarkLoss() => _nextFlags = BufferFlags.Discontinuity;

    /// <summary>Hands a packet on, or ends the stream where it lies beyond the segment: what follows does too.</summary>
    public void Push(PacketMemory memory)
    {
        var buffer = MediaBuffer.Create(memory);
        var time = _times.Next(memory.Packet);
        (buffer.Pts, buffer.Dts, buffer.Duration) = (time.Pts, time.Dts, time.Duration);
        buffer.Flags = PacketMemory.ToBufferFlags(memory.Packet->flags) | _nextFlags | (time.IsEstimated ? BufferFlags.EstimatedTime : BufferFlags.None);
        // Nothing is shown before it is decoded, and decoding times only grow.
        if (buffer.DecodeOrder >= _segment.Stop)
        {
            buffer.Release();
            End();
            return;
        }

        _nextFlags = BufferFlags.None;
        buffer.Sequence = _sequence++;
        LastEnd = time.End > LastEnd || LastEnd.IsNone ? time.End : LastEnd;
        output.Push(buffer);
    }

    /// <summary>Sends the end, once.</summary>
    public void End()
    {
        if (!HasEnded)
        {
            HasEnded = true;
            output.Push(EndOfStream.Instance);
        }
    }
}
