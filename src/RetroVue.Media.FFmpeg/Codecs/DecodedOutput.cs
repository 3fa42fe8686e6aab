using RetroVue.Media.FFmpeg.Frames;
using RetroVue.Media.FFmpeg.Timing;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Codecs;

/// <summary>What becomes of decoded frames: they get their time and format, are clipped to the segment, and go out.</summary>
internal abstract class DecodedOutput(OutputPad output) : IDisposable
{
    private readonly HeaderTrail _trail = new();

    /// <summary>A picture's duration by the frame rate; None if that is not known, and for sound.</summary>
    public ClockTime NominalDuration { get; protected init; } = ClockTime.None;

    protected OutputPad Output { get; } = output;

    protected Segment Segment { get; private set; } = Segment.Default;

    /// <summary>Begins anew in a segment.</summary>
    public void Restart(Segment segment)
    {
        Segment = segment;
        _trail.Clear();
        OnRestart();
    }

    /// <summary>True if all of a packet surely lies before the segment, so that it matters only to what is predicted from it.</summary>
    public abstract bool IsBeforeSegment(MediaBuffer packet);

    /// <summary>Notes what the source said of a packet that is decoded next.</summary>
    public void Note(MediaBuffer packet) => _trail.Add(packet);

    /// <summary>Takes a frame over.</summary>
    /// <param name="memory">The frame; its PTS is in nanoseconds.</param>
    /// <param name="packetHadTime">Whether the packet that was last sent had a PTS.</param>
    public abstract void Push(FrameMemory memory, bool packetHadTime);

    /// <summary>Hears that nothing comes up to a time.</summary>
    public virtual void Pass(ClockTime until)
    {
    }

    /// <summary>Hears that no frame follows.</summary>
    public virtual void End(EndOfStream end)
    {
    }

    /// <summary>Lets go of what it still holds.</summary>
    public virtual void Dispose()
    {
    }

    protected abstract void OnRestart();

    /// <summary>Gives what is decoded what the source said of the packet that it came in.</summary>
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
