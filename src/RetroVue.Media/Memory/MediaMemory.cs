namespace RetroVue.Media.Memory;

/// <summary>
/// The bytes of a buffer: one plane for packets and interleaved sound, several for planar pictures and sound. Reference-counted, so headers
/// can share it; shared memory is read-only.
/// </summary>
/// <remarks>
/// Reference counting is thread-safe. While a reference is held, any thread may read the bytes; the only owner may write them if
/// <see cref="IsShared"/> is false. Memory that the CPU cannot access is not mappable; its planes throw.
/// </remarks>
public abstract class MediaMemory
{
    private int _references = 1;

    /// <summary>The number of planes.</summary>
    public abstract int PlaneCount { get; }

    /// <summary>True if the planes can be read through a span.</summary>
    public virtual bool IsMappable => true;

    /// <summary>True while there is more than one reference.</summary>
    public bool IsShared => Volatile.Read(ref _references) > 1;

    /// <summary>True if the bytes must never be written, because other code owns the memory.</summary>
    public virtual bool IsReadOnly => false;

    /// <summary>Returns the bytes of one plane, valid while a reference is held.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such plane.</exception>
    /// <exception cref="NotSupportedException">The memory is not mappable.</exception>
    public abstract ReadOnlySpan<byte> Plane(int index);

    /// <summary>Returns the bytes from the start of one line to the start of the next; for sound and packets the plane's length.</summary>
    public abstract int Stride(int index);

    /// <summary>Returns the bytes of one plane for writing.</summary>
    /// <exception cref="InvalidOperationException">The memory is shared or read-only; get memory of your own first.</exception>
    public Span<byte> WritablePlane(int index) => IsShared || IsReadOnly
        ? throw new InvalidOperationException("The memory is shared or read-only; call MediaBuffer.MakeMemoryWritable first.")
        : MapWritable(index);

    /// <summary>Adds a reference.</summary>
    public MediaMemory Retain()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    /// <summary>Releases one reference; the last one recycles or frees the memory.</summary>
    public void Release()
    {
        // The only owner needs no interlocked operation: nobody else can add a reference any more.
        if (Volatile.Read(ref _references) == 1 || Interlocked.Decrement(ref _references) == 0)
        {
            _references = 0;
            OnReleased();
        }
    }

    /// <summary>Returns a copy with a single reference.</summary>
    public abstract MediaMemory Clone();

    /// <summary>Maps a plane for writing; called only if that is allowed.</summary>
    protected abstract Span<byte> MapWritable(int index);

    /// <summary>Called once when the last reference has been released.</summary>
    protected abstract void OnReleased();

    /// <summary>Makes recycled memory usable again, with one reference.</summary>
    protected void Revive() => _references = 1;
}
