using RetroVue.Media.FFmpeg.Frames;
using RetroVue.Media.FFmpeg.Timing;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Codecs;

/// <summary>Processes decoded frames: sets their time and format, clips them to the segment, and pushes them.</summary>
internal abstract class DecodedOutput(OutputPad output) : IDisposable
{
    private readonly HeaderTrail _trail = new();

    /// <summary>A picture's duration by the frame rate; None if the rate is not known, and for sound.</summary>
    public ClockTime NominalDuration { get; protected init; } = ClockTime.None;

    protected OutputPad Output { get; } = output;

    protected Segment Segment { get; private set; } = Segment.Default;

    /// <summary>Begins a new segment.</summary>
    public void Restart(Segment segment)
    {
        Segment = segment;
        _trail.Clear();
        OnRestart();
    }

    /// <summary>True if a packet certainly lies before the segment, so that only later pictures may need it for decoding.</summary>
    public abstract bool IsBeforeSegment(MediaBuffer packet);

    /// <summary>Notes the metadata of the packet that is decoded next.</summary>
    public void Note(MediaBuffer packet) => _trail.Add(packet);

    /// <summary>Processes a frame and takes over its reference.</summary>
    /// <param name="memory">The frame; its PTS is in nanoseconds.</param>
    /// <param name="packetHadTime">True if the last packet had a PTS.</param>
    public abstract void Push(FrameMemory memory, bool packetHadTime);

    /// <summary>Notes that there is a gap up to a time.</summary>
    public virtual void Pass(ClockTime until)
    {
    }

    /// <summary>Notes that no frame follows.</summary>
    public virtual void End(EndOfStream end)
    {
    }

    /// <summary>Releases the frames that it still holds.</summary>
    public virtual void Dispose()
    {
    }

    protected abstract void OnRestart();

    /// <summary>Sets the metadata of a decoded buffer from that of its packet.</summary>
    protected abstract void Mark(MediaBuffer decoded, HeaderTrail packets);

    protected void Emit(FrameMemory memory, ClockTime pts, ClockTime duration, BufferFlags flags)
    {
        var buffer = MediaBuffer.Create(memory);
        buffer.Pts = pts;
        buffer.Duration = duration;
        buffer.Flags = flags;
        Mark(buffer, _trail);
        Output.Push(buffer);
    }
}
