using System.Runtime.InteropServices;
using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>
/// A picture in the buffer that the driver put it in. With the last reference the buffer goes back to the driver, to be filled again.
/// </summary>
/// <remarks>
/// As <see cref="MediaMemory"/>. It stays valid as long as a reference is held, also after its source has stopped. May be written by its
/// only holder, except where it is a DMABUF.
/// </remarks>
public sealed unsafe class V4l2Memory : MediaMemory
{
    private const int MostPlanes = 3;

    private readonly V4l2Queue _queue;
    private readonly V4l2Mapping _mapping;
    private readonly V4l2Descriptor? _dmaBuf;
    private readonly V4l2Plane[] _planes;

    internal V4l2Memory(V4l2Queue queue, int index, V4l2Mapping mapping, V4l2Descriptor? dmaBuf, V4l2Plane[] planes)
    {
        _queue = queue;
        _mapping = mapping;
        _dmaBuf = dmaBuf;
        _planes = planes.Length > 0 ? planes : new V4l2Plane[1];
        IsPacket = planes.Length == 0;
        Index = index;
    }

    /// <inheritdoc/>
    public override int PlaneCount => _planes.Length;

    /// <inheritdoc/>
    public override bool IsReadOnly => _dmaBuf is not null;

    /// <summary>
    /// The DMABUF's file descriptor, to hand the picture to another device; null unless <see cref="V4l2SourceOptions.ExportDmaBuf"/> was
    /// set. It belongs to the memory: hold a reference to the memory while it is used, and duplicate it to keep it.
    /// </summary>
    /// <remarks>Source: the kernel's documentation of VIDIOC_EXPBUF and of dma-buf.</remarks>
    public SafeHandle? DmaBuf => _dmaBuf;

    /// <summary>The driver's number of the buffer.</summary>
    internal int Index { get; }

    /// <summary>True where the buffer holds a compressed picture, one plane of a length of its own each time.</summary>
    internal bool IsPacket { get; }

    /// <summary>True while somebody other than the driver has it. Guarded by the queue's lock.</summary>
    internal bool IsOut { get; set; }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Plane(int index) => MapWritable(index);

    /// <inheritdoc/>
    public override int Stride(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_planes.Length, nameof(index));
        return _planes[index].Stride;
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

    /// <summary>Makes the memory live with one reference, when the driver has filled it.</summary>
    /// <param name="bytesUsed">How many bytes the driver wrote.</param>
    internal void Take(uint bytesUsed)
    {
        if (IsPacket)
        {
            int length = (int)Math.Min(bytesUsed, (uint)_mapping.Length);
            _planes[0] = new V4l2Plane(0, length, length);
        }

        Revive();
    }

    /// <summary>Tells the DMABUF's exporter that the processor begins to read, so that its caches show what the device wrote.</summary>
    /// <returns>A result below zero is a negated errno value.</returns>
    internal int BeginRead() => Synchronise(LibcVideo.DMA_BUF_SYNC_BEGIN_READ);

    /// <summary>Tells the DMABUF's exporter that the processor has done.</summary>
    /// <returns>A result below zero is a negated errno value.</returns>
    internal int EndRead() => Synchronise(LibcVideo.DMA_BUF_SYNC_END_READ);

    /// <summary>Unmaps it; only when nobody has it.</summary>
    internal void Free()
    {
        _mapping.Dispose();
        _dmaBuf?.Dispose();
    }

    /// <inheritdoc/>
    protected override Span<byte> MapWritable(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_planes.Length, nameof(index));
        ObjectDisposedException.ThrowIf(!IsOut, this);
        return _mapping.Bytes(_planes[index].Offset, _planes[index].Length);
    }

    /// <inheritdoc/>
    protected override void OnReleased() => _queue.Return(this);

    private int Synchronise(int direction)
    {
        if (_dmaBuf is null)
        {
            return 0;
        }

        dma_buf_sync sync = new() { flags = (ulong)direction };
        return _dmaBuf.TryControl(LibcVideo.DMA_BUF_IOCTL_SYNC, &sync);
    }
}
