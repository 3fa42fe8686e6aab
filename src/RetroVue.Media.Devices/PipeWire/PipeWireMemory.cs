using RetroVue.Media.Devices.Interop.PipeWire;
using RetroVue.Media.Memory;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>A slot of a stream as the memory of a buffer: the bytes stay where PipeWire's node wrote them.</summary>
/// <remarks>
/// There is one object per slot, which is reused each time the slot comes; the bridge lends a slot to one buffer at a time. The bytes stay
/// valid until the last reference is released, even if the stream is closed or the daemon has ended.
/// </remarks>
internal sealed unsafe class PipeWireMemory(rv_pw_stream* stream, uint slot) : MediaMemory
{
    private readonly rv_pw_plane[] _planes = new rv_pw_plane[PipeWireBridge.RV_PW_MAX_PLANES];
    private int _count;

    /// <inheritdoc/>
    public override int PlaneCount => _count;

    /// <summary>Always true: the producer writes there again.</summary>
    public override bool IsReadOnly => true;

    /// <summary>Makes the object usable for the slot's new content, with one reference.</summary>
    public void MakeLive(ReadOnlySpan<rv_pw_plane> planes)
    {
        planes.CopyTo(_planes);
        _count = planes.Length;
        Revive();
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Plane(int index)
    {
        ref readonly rv_pw_plane plane = ref At(index);
        return new ReadOnlySpan<byte>(plane.data, (int)plane.size);
    }

    /// <inheritdoc/>
    public override int Stride(int index) => At(index).stride;

    /// <inheritdoc/>
    public override MediaMemory Clone()
    {
        Span<(int Length, int Stride)> planes = stackalloc (int, int)[PipeWireBridge.RV_PW_MAX_PLANES];
        for (int i = 0; i < _count; i++)
        {
            planes[i] = ((int)_planes[i].size, _planes[i].stride);
        }

        HeapMemory copy = HeapMemory.Create(planes[.._count]);
        for (int i = 0; i < _count; i++)
        {
            Plane(i).CopyTo(copy.WritablePlane(i));
        }

        return copy;
    }

    /// <inheritdoc/>
    protected override Span<byte> MapWritable(int index) => throw new InvalidOperationException("PipeWire's memory is read-only.");

    // The last step: from here on another thread may reuse the object.
    /// <inheritdoc/>
    protected override void OnReleased() => PipeWireBridge.rv_pw_stream_recycle(stream, slot);

    private ref readonly rv_pw_plane At(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_count, nameof(index));
        return ref _planes[index];
    }
}
