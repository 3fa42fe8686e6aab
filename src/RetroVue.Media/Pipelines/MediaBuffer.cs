using RetroVue.Media.Memory;
using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// One unit of media on a link: a packet, a picture or a block of sound. It consists of a header with times and flags, and of
/// reference-counted memory.
/// </summary>
/// <remarks>
/// Headers are pooled and reference-counted. The receiver of a buffer owns one reference, and passes it on or releases it; to keep a buffer
/// and also pass it on, retain it first. While there are several references, header and bytes are read-only: <see cref="MakeWritable"/>
/// returns a header of your own, <see cref="MakeMemoryWritable"/> also bytes of your own. Counting is thread-safe; everything else is for
/// the owners, at most one of which writes. Times are on the line of the stream's segment, in nanoseconds.
/// </remarks>
public sealed class MediaBuffer : IRecyclable<MediaBuffer>
{
    /// <summary>The <see cref="Sequence"/> of a buffer that has none.</summary>
    public const long NoSequence = -1;

    [ThreadStatic]
    private static BufferRecycler? t_recycler;

    private readonly BufferRecycler _recycler;
    private MediaMemory? _memory;
    private int _references;

    private MediaBuffer(BufferRecycler recycler) => _recycler = recycler;

    MediaBuffer? IRecyclable<MediaBuffer>.NextFree { get; set; }

    /// <summary>The number of buffers in use in the process; exact while no pipeline runs. For tests and diagnosis.</summary>
    public static long LiveCount => BufferRecycler.Live;

    /// <summary>Presentation time; for sound that of the first sample. None if unknown.</summary>
    public ClockTime Pts { get; set; }

    /// <summary>Decoding time; None if unknown, or if the stream is not reordered.</summary>
    public ClockTime Dts { get; set; }

    /// <summary>Duration; None if unknown.</summary>
    public ClockTime Duration { get; set; }

    /// <summary>The uncertainty of <see cref="Pts"/>; None if the source gave none.</summary>
    public ClockTime Uncertainty { get; set; }

    /// <summary>
    /// The source's running number, or <see cref="NoSequence"/>; a missing number means a loss. Elements that make new buffers, as codecs
    /// and converters do, give each one the number, the <see cref="Uncertainty"/> and the <see cref="BufferFlags.EstimatedTime"/> of the
    /// buffer in which it begins. So all buffers made from one have the same number, and if buffers are joined, the later numbers are
    /// missing. A source of pictures numbers in the order of presentation, a demuxer in the order of decoding.
    /// </summary>
    public long Sequence { get; set; }

    /// <summary>Special properties of the buffer.</summary>
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

    /// <summary>The bytes of the first plane: the whole content of a packet or of interleaved sound.</summary>
    public ReadOnlySpan<byte> Data => Memory.Plane(0);

    /// <summary>Decoding time if there is one, otherwise presentation time: the order in which muxers interleave.</summary>
    public ClockTime DecodeOrder => Dts.IsNone ? Pts : Dts;

    /// <summary>The end of the buffer's presentation; None if PTS or duration is unknown.</summary>
    public ClockTime End => Pts + Duration;

    /// <summary>True for a buffer that can be decoded without earlier ones.</summary>
    public bool IsKeyFrame => (Flags & BufferFlags.KeyFrame) == BufferFlags.KeyFrame;

    /// <summary>True while there is only one reference, so that times and flags may be changed.</summary>
    public bool IsWritable => Volatile.Read(ref _references) == 1;

    /// <summary>Makes a buffer with <paramref name="memory"/>, and takes over its reference: no times, no sequence, no flags.</summary>
    public static MediaBuffer Create(MediaMemory memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        BufferRecycler recycler = t_recycler ??= BufferRecycler.ForThisThread();
        MediaBuffer buffer = recycler.Recycler.TryRent() ?? new MediaBuffer(recycler);
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

    /// <summary>Adds a reference and returns the same buffer, which is read-only until the other references are released.</summary>
    public MediaBuffer Retain() => Retain(1);

    /// <summary>Adds several references at once, as a tee does.</summary>
    /// <param name="count">The number of references; at least 0.</param>
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

    /// <summary>Releases one reference. The last one releases the memory and recycles the header.</summary>
    /// <exception cref="ObjectDisposedException">All references had been released already; not detected if the header is in use
    /// again.</exception>
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
        if (ReferenceEquals(_recycler, t_recycler))
        {
            _recycler.Recycler.ReturnHere(this);
        }
        else
        {
            _recycler.Recycler.ReturnFromAnywhere(this);
        }
    }

    /// <summary>
    /// Returns this buffer if there is only one reference; otherwise a copy of the header with the same memory, and releases the caller's
    /// reference to this one. Times and flags of the result may be changed.
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

    /// <summary>Like <see cref="MakeWritable"/>, but also copies the memory if it is shared or read-only.</summary>
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

    /// <summary>Makes a buffer with this one's times, sequence and flags, and with other memory, whose reference it takes over.</summary>
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

    /// <summary>Returns the times and flags as a line of text.</summary>
    public override string ToString() => $"PTS={Pts} DTS={Dts} duration={Duration} sequence={Sequence} {Flags}";
}
