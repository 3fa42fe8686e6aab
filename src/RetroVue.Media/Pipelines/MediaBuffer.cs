using RetroVue.Media.Memory;
using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// One unit of media on a link, a packet, a picture or a stretch of sound: a header of times and flags on counted memory.
/// </summary>
/// <remarks>
/// Headers are pooled and counted by reference. Whoever is handed a buffer owns one reference and hands it on or releases it; to keep a
/// buffer and hand it on, retain it first. With more than one holder header and bytes are read-only: <see cref="MakeWritable"/> gives a
/// header of one's own, <see cref="MakeMemoryWritable"/> bytes of one's own. Counting is thread-safe; the rest is for the holders, one
/// writer at most. Times are on the line of the stream's segment, in nanoseconds.
/// </remarks>
public sealed class MediaBuffer : IRecyclable<MediaBuffer>
{
    /// <summary>The <see cref="Sequence"/> of a buffer that has none.</summary>
    public const long NoSequence = -1;

    [ThreadStatic]
    private static BufferHome? t_home;

    private readonly BufferHome _home;
    private MediaMemory? _memory;
    private int _references;

    private MediaBuffer(BufferHome home) => _home = home;

    MediaBuffer? IRecyclable<MediaBuffer>.NextFree { get; set; }

    /// <summary>Buffers in use in the whole process; exact while no pipeline runs. For tests and diagnosis.</summary>
    public static long LiveCount => BufferHome.Live;

    /// <summary>Presentation time; for sound that of the first sample. None if unknown.</summary>
    public ClockTime Pts { get; set; }

    /// <summary>Decoding time; None if unknown or where the stream is not reordered.</summary>
    public ClockTime Dts { get; set; }

    /// <summary>Duration; None if unknown.</summary>
    public ClockTime Duration { get; set; }

    /// <summary>How far <see cref="Pts"/> may be off the truth; None if the source said nothing.</summary>
    public ClockTime Uncertainty { get; set; }

    /// <summary>
    /// The source's running number, or <see cref="NoSequence"/>; a gap in it is a loss. Elements that make new buffers, as codecs and
    /// converters do, give each the number, the <see cref="Uncertainty"/> and the <see cref="BufferFlags.EstimatedTime"/> of the buffer
    /// in which it begins: what was made of one buffer has one number, and of buffers that were joined the later ones' numbers are left
    /// out. Packets are numbered in the order of presentation by a source of pictures, and in the order of decoding by a demuxer.
    /// </summary>
    public long Sequence { get; set; }

    /// <summary>What is special about the buffer.</summary>
    public BufferFlags Flags { get; set; }

    /// <summary>The memory; owned by the buffer, so retain it before keeping it.</summary>
    /// <exception cref="ObjectDisposedException">The buffer has been released.</exception>
    public MediaMemory Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_memory is null, this);
            return _memory;
        }
    }

    /// <summary>The first plane's bytes: all there is of a packet or of interleaved sound.</summary>
    public ReadOnlySpan<byte> Data => Memory.Plane(0);

    /// <summary>Decoding time where there is one, else presentation time: what muxers interleave by.</summary>
    public ClockTime DecodeOrder => Dts.IsNone ? Pts : Dts;

    /// <summary>The end of the buffer's presentation; None if PTS or duration is unknown.</summary>
    public ClockTime End => Pts + Duration;

    /// <summary>True for a buffer that can be decoded without what came before.</summary>
    public bool IsKeyFrame => (Flags & BufferFlags.KeyFrame) == BufferFlags.KeyFrame;

    /// <summary>True while this holder is the only one, so that times and flags may be changed.</summary>
    public bool IsWritable => Volatile.Read(ref _references) == 1;

    /// <summary>A fresh buffer on <paramref name="memory"/>, whose reference it takes over: no times, no sequence, no flags.</summary>
    public static MediaBuffer Create(MediaMemory memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        BufferHome home = t_home ??= BufferHome.ForThisThread();
        MediaBuffer buffer = home.Recycler.TryRent() ?? new MediaBuffer(home);
        buffer._memory = memory;
        buffer._references = 1;
        buffer.Pts = ClockTime.None;
        buffer.Dts = ClockTime.None;
        buffer.Duration = ClockTime.None;
        buffer.Uncertainty = ClockTime.None;
        buffer.Sequence = NoSequence;
        buffer.Flags = BufferFlags.None;
        return buffer;
    }

    /// <summary>Takes one more reference and returns the same buffer, which is read-only until the other holders have gone.</summary>
    public MediaBuffer Retain() => Retain(1);

    /// <summary>Takes several references at once, as a tee does.</summary>
    /// <param name="count">How many; at least 0.</param>
    public MediaBuffer Retain(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ObjectDisposedException.ThrowIf(_memory is null, this);
        if (count > 0)
        {
            Interlocked.Add(ref _references, count);
        }

        return this;
    }

    /// <summary>Gives one reference back. The last one releases the memory and recycles the header.</summary>
    /// <exception cref="ObjectDisposedException">All had been given back already; not noticed once the header is in use again.</exception>
    public void Release()
    {
        if (Volatile.Read(ref _references) != 1 && Interlocked.Decrement(ref _references) > 0)
        {
            return;
        }

        MediaMemory? memory = _memory;
        ObjectDisposedException.ThrowIf(memory is null, this);
        _memory = null;
        _references = 0;
        memory.Release();
        if (ReferenceEquals(_home, t_home))
        {
            _home.Recycler.ReturnHere(this);
        }
        else
        {
            _home.Recycler.ReturnFromAnywhere(this);
        }
    }

    /// <summary>
    /// This buffer where this holder is the only one; else a copy of the header on the same memory, for which the caller's reference
    /// has been given up. Either way the result's times and flags may be changed.
    /// </summary>
    public MediaBuffer MakeWritable()
    {
        if (IsWritable)
        {
            return this;
        }

        MediaBuffer copy = CopyHeader(Memory.Retain());
        Release();
        return copy;
    }

    /// <summary>As <see cref="MakeWritable"/>, and the memory is a copy too where it was shared or read-only.</summary>
    public MediaBuffer MakeMemoryWritable()
    {
        if (IsWritable && Memory is { IsShared: false, IsReadOnly: false })
        {
            return this;
        }

        MediaBuffer copy = CopyHeader(Memory.Clone());
        Release();
        return copy;
    }

    /// <summary>A new buffer with this one's times, sequence and flags on other memory, whose reference it takes over.</summary>
    public MediaBuffer CopyHeader(MediaMemory memory)
    {
        MediaBuffer copy = Create(memory);
        copy.Pts = Pts;
        copy.Dts = Dts;
        copy.Duration = Duration;
        copy.Uncertainty = Uncertainty;
        copy.Sequence = Sequence;
        copy.Flags = Flags;
        return copy;
    }

    /// <summary>The times and flags as a line of text.</summary>
    public override string ToString() => $"PTS={Pts} DTS={Dts} duration={Duration} sequence={Sequence} {Flags}";
}
