using System.Runtime.InteropServices;
using RetroVue.Media.Memory;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>
/// A picture in the driver's own buffer. When the last reference is released, the buffer returns to the driver, which fills it again.
/// </summary>
/// <remarks>
/// Like <see cref="MediaMemory"/>. It stays valid while a reference is held, even after its source has stopped. Its only owner may write to
/// it, unless it is a DMABUF.
/// </remarks>
public sealed class V4l2Memory : MediaMemory
{
    private const int MostPlanes = 3;

    private readonly V4l2Queue _queue;
    private readonly V4l2Part[] _parts;
    private readonly V4l2Plane[] _planes;

    internal V4l2Memory(V4l2Queue queue, int index, V4l2Part[] parts, V4l2Plane[] planes)
    {
        _queue = queue;
        _parts = parts;
        _planes = planes.Length > 0 ? planes : new V4l2Plane[1];
        IsPacket = planes.Length == 0;
        IsReadOnly = parts[0].DmaBuf is not null;
        Index = index;
    }

    /// <inheritdoc/>
    public override int PlaneCount => _planes.Length;

    /// <inheritdoc/>
    public override bool IsReadOnly { get; }

    /// <summary>
    /// The DMABUF's file descriptor, to pass the picture to another device; null unless <see cref="V4l2SourceOptions.ExportDmaBuf"/> is
    /// set. It belongs to the memory: hold a reference to the memory while you use it, and duplicate it to keep it. If the format has a
    /// memory for each plane, it is that of the first: see <see cref="PlaneDmaBuf"/>.
    /// </summary>
    /// <remarks>Source: the kernel's documentation of VIDIOC_EXPBUF and of dma-buf.</remarks>
    public SafeHandle? DmaBuf => _parts[0].DmaBuf;

    /// <summary>The driver's number of the buffer.</summary>
    internal int Index { get; }

    /// <summary>True if the buffer contains an encoded picture, one plane whose length varies.</summary>
    internal bool IsPacket { get; }

    /// <summary>True while the driver does not have the buffer. Guarded by the queue's lock.</summary>
    internal bool IsOut { get; set; }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Plane(int index) => MapWritable(index);

    /// <inheritdoc/>
    public override int Stride(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_planes.Length, nameof(index));
        return _planes[index].Stride;
    }

    /// <summary>Like <see cref="DmaBuf"/>, for one plane; several planes may be in the same DMABUF.</summary>
    /// <param name="index">The plane.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such plane.</exception>
    public SafeHandle? PlaneDmaBuf(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_planes.Length, nameof(index));
        return _parts[_planes[index].Part].DmaBuf;
    }

    /// <summary>Returns the offset of a plane in its memory, in bytes; an importer needs it together with <see cref="Stride"/>.</summary>
    /// <param name="index">The plane.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such plane.</exception>
    public int PlaneOffset(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_planes.Length, nameof(index));
        return _parts[_planes[index].Part].Start + _planes[index].Offset;
    }

    /// <inheritdoc/>
    public override MediaMemory Clone()
    {
        Span<(int, int)> planes = stackalloc (int, int)[MostPlanes];
        for (int i = 0; i < _planes.Length; i++)
        {
            planes[i] = (_planes[i].Length, _planes[i].Stride);
        }

        HeapMemory copy = HeapMemory.Create(planes[.._planes.Length]);
        for (int i = 0; i < _planes.Length; i++)
        {
            Plane(i).CopyTo(copy.WritablePlane(i));
        }

        return copy;
    }

    /// <summary>Makes the memory usable with one reference, when the driver has filled it.</summary>
    /// <param name="bytesUsed">The number of bytes that the driver wrote; ignored for a raw picture.</param>
    internal void Take(uint bytesUsed)
    {
        if (IsPacket)
        {
            int length = (int)Math.Min(bytesUsed, (uint)(_parts[0].Mapping.Length - _parts[0].Start));
            _planes[0] = new V4l2Plane(0, 0, length, length);
        }

        Revive();
    }

    /// <summary>Sets the number of bytes before the data in one of the memories.</summary>
    internal void SetStart(int part, uint bytes) => _parts[part].Start = (int)Math.Min(bytes, (uint)_parts[part].Mapping.Length);

    /// <summary>Tells the DMABUFs' exporter that the processor begins to read.</summary>
    /// <returns>A result below zero is a negated errno value.</returns>
    internal int BeginRead()
    {
        int result = 0;
        for (int i = 0; IsReadOnly && result >= 0 && i < _parts.Length; i++)
        {
            result = _parts[i].BeginRead();
        }

        return result;
    }

    /// <summary>Tells the DMABUFs' exporter that the processor has finished.</summary>
    /// <returns>A result below zero is a negated errno value.</returns>
    internal int EndRead()
    {
        int result = 0;
        for (int i = 0; IsReadOnly && result >= 0 && i < _parts.Length; i++)
        {
            result = _parts[i].EndRead();
        }

        return result;
    }

    /// <summary>Unmaps the buffer; only if nobody holds it.</summary>
    internal void Free()
    {
        foreach (V4l2Part part in _parts)
        {
            part.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override Span<byte> MapWritable(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_planes.Length, nameof(index));
        ObjectDisposedException.ThrowIf(!IsOut, this);
        ref readonly V4l2Plane plane = ref _planes[index];
        V4l2Part part = _parts[plane.Part];
        return part.Mapping.Bytes(part.Start + plane.Offset, plane.Length);
    }

    /// <inheritdoc/>
    protected override void OnReleased() => _queue.Return(this);
}
