namespace RetroVue.Media.Memory;

/// <summary>
/// The bytes behind a buffer: one plane for packets and interleaved sound, several for planar pictures and sound. Counted by reference,
/// so headers can share it; shared memory is read-only.
/// </summary>
/// <remarks>
/// Reference counting is thread-safe. The bytes are safe to read from any thread while a reference is held, and to write by the one
/// holder where <see cref="IsShared"/> is false. Memory that the CPU cannot reach is not mappable; its planes throw.
/// </remarks>
public abstract class MediaMemory
{
    private int _references = 1;

    /// <summary>The number of planes.</summary>
    public abstract int PlaneCount { get; }

    /// <summary>True if the planes can be read through a span.</summary>
    public virtual bool IsMappable => true;

    /// <summary>True while more than one reference is held.</summary>
    public bool IsShared => Volatile.Read(ref _references) > 1;

    /// <summary>Whether the bytes may ever be written; memory of others may not.</summary>
    public virtual bool IsReadOnly => false;

    /// <summary>The bytes of one plane, valid while a reference is held.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such plane.</exception>
    /// <exception cref="NotSupportedException">The memory is not mappable.</exception>
    public abstract ReadOnlySpan<byte> Plane(int index);

    /// <summary>Bytes from the start of one line to the start of the next; for sound and packets the plane's length.</summary>
    public abstract int Stride(int index);

    /// <summary>The bytes of one plane, to write.</summary>
    /// <exception cref="InvalidOperationException">The memory is shared or read-only; get memory of your own first.</exception>
    public Span<byte> WritablePlane(int index) => IsShared || IsReadOnly
        ? throw new InvalidOperationException("The memory is shared or read-only; call MediaBuffer.MakeMemoryWritable first.")
        : MapWritable(index);

    /// <summary>Takes one more reference.</summary>
    public MediaMemory Retain()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    /// <summary>Gives one reference back; the last one recycles or frees the memory.</summary>
    public void Release()
    {
        // The only holder needs no interlocked operation: nobody else can take a reference any more.
        if (Volatile.Read(ref _references) == 1 || Interlocked.Decrement(ref _references) == 0)
        {
            _references = 0;
            OnReleased();
        }
    }

    /// <summary>A copy with one reference that nobody else holds.</summary>
    public abstract MediaMemory Clone();

    /// <summary>Maps a plane for writing; called only where that is allowed.</summary>
    protected abstract Span<byte> MapWritable(int index);

    /// <summary>Called once when the last reference has gone.</summary>
    protected abstract void OnReleased();

    /// <summary>Makes recycled memory live again, with one reference.</summary>
    protected void Revive() => _references = 1;
}
