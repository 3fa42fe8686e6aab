namespace RetroVue.Media.Memory;

/// <summary>
/// A read-only part of another memory's first plane, which it keeps alive: many small buffers share one block. Pooled per thread.
/// </summary>
internal sealed class MemorySlice : MediaMemory, IRecyclable<MemorySlice>
{
    [ThreadStatic]
    private static Recycler<MemorySlice>? t_recycler;

    private readonly Recycler<MemorySlice> _recycler;
    private MediaMemory? _block;
    private int _offset;
    private int _length;

    private MemorySlice(Recycler<MemorySlice> recycler) => _recycler = recycler;

    MemorySlice? IRecyclable<MemorySlice>.NextFree { get; set; }

    public override int PlaneCount => 1;

    public override bool IsReadOnly => true;

    /// <summary>Makes a slice of <paramref name="block"/>, and adds a reference to it.</summary>
    public static MemorySlice Create(MediaMemory block, int offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, block.Plane(0).Length - offset);
        Recycler<MemorySlice> recycler = t_recycler ??= new Recycler<MemorySlice>();
        if (recycler.TryRent() is { } slice)
        {
            slice.Revive();
        }
        else
        {
            slice = new MemorySlice(recycler);
        }

        (slice._block, slice._offset, slice._length) = (block.Retain(), offset, length);
        return slice;
    }

    public override ReadOnlySpan<byte> Plane(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(index, 0);
        ObjectDisposedException.ThrowIf(_block is null, this);
        return _block.Plane(0).Slice(_offset, _length);
    }

    public override int Stride(int index) => Plane(index).Length;

    public override MediaMemory Clone() => HeapMemory.Copy(Plane(0));

    protected override Span<byte> MapWritable(int index) => throw new InvalidOperationException("A slice is read-only.");

    protected override void OnReleased()
    {
        MediaMemory block = _block!;
        _block = null;
        block.Release();
        if (ReferenceEquals(_recycler, t_recycler))
        {
            _recycler.ReturnHere(this);
        }
        else
        {
            _recycler.ReturnFromAnywhere(this);
        }
    }
}
