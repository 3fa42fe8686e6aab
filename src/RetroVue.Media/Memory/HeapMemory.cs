using System.Numerics;
using System.Runtime.InteropServices;

namespace RetroVue.Media.Memory;

/// <summary>Pooled memory on the managed heap, pinned so that native code may use it: one plane, or several in one block.</summary>
/// <remarks>
/// Blocks are pooled by powers of two, per thread. Planes begin at addresses that are multiples of 64 bytes, and at least 64 bytes follow
/// the last one, because vector code of codecs may read beyond its end.
/// </remarks>
public sealed class HeapMemory : MediaMemory, IRecyclable<HeapMemory>
{
    private const int MaxPlanes = 8;
    private const int Alignment = 64;
    private const int SizeClasses = 32;

    [ThreadStatic]
    private static Recycler<HeapMemory>?[]? t_recyclers;

    private readonly Recycler<HeapMemory> _recycler;
    private readonly byte[] _bytes;
    private readonly int _start;
    private readonly (int Offset, int Length, int Stride)[] _planes = new (int, int, int)[MaxPlanes];
    private int _planeCount;

    private HeapMemory(Recycler<HeapMemory> recycler, int capacity)
    {
        _recycler = recycler;
        _bytes = GC.AllocateUninitializedArray<byte>(capacity, pinned: true);
        _start = (int)(-Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0) & (Alignment - 1));
    }

    HeapMemory? IRecyclable<HeapMemory>.NextFree { get; set; }

    /// <inheritdoc/>
    public override int PlaneCount => _planeCount;

    /// <summary>Makes memory of one plane; its content is undefined.</summary>
    /// <param name="length">Bytes; at least 0.</param>
    public static HeapMemory Create(int length)
    {
        ReadOnlySpan<(int Length, int Stride)> one = [(length, length)];
        return Create(one);
    }

    /// <summary>Makes memory of one plane with the given content.</summary>
    public static HeapMemory Copy(ReadOnlySpan<byte> content)
    {
        HeapMemory memory = Create(content.Length);
        content.CopyTo(memory.MapWritable(0));
        return memory;
    }

    /// <summary>Makes memory of several planes, each with its length and stride in bytes; the content is undefined.</summary>
    /// <exception cref="ArgumentException">There are no planes, or more than eight, or a length is negative.</exception>
    public static HeapMemory Create(ReadOnlySpan<(int Length, int Stride)> planes)
    {
        if (planes.Length is 0 or > MaxPlanes)
        {
            throw new ArgumentException($"Memory needs 1 to {MaxPlanes} planes, not {planes.Length}.", nameof(planes));
        }

        // Up to one alignment before the first plane, and one after the last.
        int size = 2 * Alignment;
        foreach ((int length, int _) in planes)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(planes));
            size = checked(size + Align(length));
        }

        HeapMemory memory = Rent(size);
        int offset = memory._start;
        for (int i = 0; i < planes.Length; i++)
        {
            memory._planes[i] = (offset, planes[i].Length, planes[i].Stride);
            offset += Align(planes[i].Length);
        }

        memory._planeCount = planes.Length;
        return memory;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Plane(int index) => MapWritable(index);

    /// <inheritdoc/>
    public override int Stride(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_planeCount, nameof(index));
        return _planes[index].Stride;
    }

    /// <summary>Shortens the only plane, as after a read that returned less than requested.</summary>
    /// <exception cref="InvalidOperationException">There are several planes, or the memory is shared.</exception>
    public void Truncate(int length)
    {
        if (_planeCount != 1 || IsShared)
        {
            throw new InvalidOperationException("Only memory with one plane and one reference can be shortened.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _planes[0].Length);
        _planes[0] = (_start, length, length);
    }

    /// <inheritdoc/>
    public override MediaMemory Clone()
    {
        Span<(int, int)> planes = stackalloc (int, int)[MaxPlanes];
        for (int i = 0; i < _planeCount; i++)
        {
            planes[i] = (_planes[i].Length, _planes[i].Stride);
        }

        HeapMemory copy = Create(planes[.._planeCount]);
        for (int i = 0; i < _planeCount; i++)
        {
            Plane(i).CopyTo(copy.MapWritable(i));
        }

        return copy;
    }

    /// <inheritdoc/>
    protected override Span<byte> MapWritable(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_planeCount, nameof(index));
        (int offset, int length, int _) = _planes[index];
        return _bytes.AsSpan(offset, length);
    }

    /// <inheritdoc/>
    protected override void OnReleased()
    {
        if (ReferenceEquals(_recycler, t_recyclers?[SizeClass(_bytes.Length)]))
        {
            _recycler.ReturnHere(this);
        }
        else
        {
            _recycler.ReturnFromAnywhere(this);
        }
    }

    private static HeapMemory Rent(int size)
    {
        int sizeClass = SizeClass(size);
        Recycler<HeapMemory>?[] recyclers = t_recyclers ??= new Recycler<HeapMemory>?[SizeClasses];
        Recycler<HeapMemory> recycler = recyclers[sizeClass] ??= new Recycler<HeapMemory>();
        if (recycler.TryRent() is not { } memory)
        {
            return new HeapMemory(recycler, 1 << sizeClass);
        }

        memory.Revive();
        return memory;
    }

    private static int Align(int length) => (length + Alignment - 1) & -Alignment;

    private static int SizeClass(int size) => size <= 256
        ? 8
        : size <= 1 << 30 ? BitOperations.Log2((uint)size - 1) + 1 : throw new ArgumentOutOfRangeException(nameof(size), size, "A buffer holds at most 1 GiB.");
}
