using RetroVue.Media.Devices.Interop.V4l2;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>One of the memories in a driver's buffer: the only one, unless the format has one for each plane.</summary>
/// <param name="mapping">The memory, mapped into this process.</param>
/// <param name="dmaBuf">The same memory as a DMABUF; null if it was not exported.</param>
internal sealed unsafe class V4l2Part(V4l2Mapping mapping, V4l2Descriptor? dmaBuf) : IDisposable
{
    public V4l2Mapping Mapping => mapping;

    public V4l2Descriptor? DmaBuf => dmaBuf;

    /// <summary>The number of bytes before the data, in which some drivers put a header; it may vary from picture to picture.</summary>
    public int Start { get; set; }

    /// <summary>Tells the DMABUF's exporter that the processor begins to read, so that its caches show the device's data.</summary>
    /// <returns>A result below zero is a negated errno value.</returns>
    public int BeginRead() => Synchronise(LibcVideo.DMA_BUF_SYNC_BEGIN_READ);

    /// <summary>Tells the DMABUF's exporter that the processor has finished.</summary>
    /// <returns>A result below zero is a negated errno value.</returns>
    public int EndRead() => Synchronise(LibcVideo.DMA_BUF_SYNC_END_READ);

    /// <summary>Unmaps the memory; only if nobody holds it.</summary>
    public void Dispose()
    {
        mapping.Dispose();
        dmaBuf?.Dispose();
    }

    private int Synchronise(int direction)
    {
        if (dmaBuf is null)
        {
            return 0;
        }

        dma_buf_sync sync = new() { flags = (ulong)direction };
        return dmaBuf.TryControl(LibcVideo.DMA_BUF_IOCTL_SYNC, &sync);
    }
}
