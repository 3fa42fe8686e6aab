using System.Runtime.InteropServices;
using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.Native;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>
/// The buffers that a driver fills in turn: the source's thread takes them out, and the last owner of a picture returns its buffer.
/// </summary>
/// <remarks>
/// <see cref="TryDequeue"/> is for one thread at a time, <see cref="Return"/> for any; <see cref="Close"/> must not run together with
/// <see cref="TryDequeue"/>. Buffers in use when the queue is closed stay mapped until they are released. The queue does not own the
/// device. Source: the kernel's V4L2 documentation, "Streaming I/O (Memory Mapping)".
/// </remarks>
internal sealed unsafe class V4l2Queue
{
    /// <summary>The events of a wait for a buffer: one is filled, or the driver has an event.</summary>
    public const int Awaited = LibcVideo.POLLIN | LibcVideo.POLLPRI;

    private const int LeastBuffers = 2;

    private readonly Lock _lock = new();
    private readonly V4l2Descriptor _device;
    private readonly V4l2Mode _mode;
    private readonly List<V4l2Memory> _buffers = [];

    // For the multi-planar interface: the driver's data about a buffer's memories, for the thread that takes buffers out and, under the
    // lock, for threads that return them. The driver writes here during a call; the arrays do not move.
    private readonly v4l2_plane[] _taken;
    private readonly v4l2_plane[] _given;
    private int _queued;
    private int _failure;
    private bool _isClosed;

    private V4l2Queue(V4l2Descriptor device, V4l2Mode mode)
    {
        _device = device;
        _mode = mode;
        int planes = mode.IsMultiPlanar ? mode.Parts : 0;
        _taken = GC.AllocateArray<v4l2_plane>(planes, pinned: true);
        _given = GC.AllocateArray<v4l2_plane>(planes, pinned: true);
    }

    /// <summary>The number of buffers.</summary>
    public int Count => _buffers.Count;

    /// <summary>The number of buffers that the driver has.</summary>
    public int Queued => Volatile.Read(ref _queued);

    /// <summary>The time stamp flags of the driver's buffers, if it reports them in advance.</summary>
    public uint Flags { get; private set; }

    /// <summary>Makes a driver allocate buffers, maps them and queues them.</summary>
    /// <exception cref="DeviceException">The driver or the system refused; no buffer is left.</exception>
    public static V4l2Queue Create(V4l2Descriptor device, int count, V4l2Mode mode, bool exportDmaBuf)
    {
        var queue = new V4l2Queue(device, mode);
        try
        {
            queue.Allocate(count, exportDmaBuf);
            return queue;
        }
        catch
        {
            _ = queue.Close();
            throw;
        }
    }

    /// <exception cref="DeviceException">The driver refused.</exception>
    public void Start()
    {
        uint type = _mode.BufferType;
        _device.Control(LibcVideo.VIDIOC_STREAMON, &type, "Starting");
    }

    /// <summary>Takes out a filled buffer; null if there is none after all.</summary>
    /// <param name="events">The result of a wait for one.</param>
    /// <param name="filled">The driver's data about it.</param>
    /// <exception cref="DeviceException">The device failed or is gone; this may have been detected when a buffer was returned.</exception>
    public V4l2Memory? TryDequeue(int events, out v4l2_buffer filled)
    {
        filled = default;
        if (Volatile.Read(ref _failure) is var failure and < 0)
        {
            failure.ThrowIfError(_device.Device, "Giving a buffer back to");
        }

        if (events is 0 or -DeviceErrors.Eintr or -DeviceErrors.Eagain)
        {
            return null;
        }

        events.ThrowIfError(_device.Device, "Waiting for a picture of");
        Describe(0, _taken, out v4l2_buffer buffer);
        int result = _device.TryControl(LibcVideo.VIDIOC_DQBUF, &buffer);
        if (result is -DeviceErrors.Eagain or -DeviceErrors.Eintr)
        {
            // An error event comes again at once, for ever. If the driver does not say which error it is, it still counts as one.
            return (events & ~Awaited) == 0
                ? null
                : throw DeviceErrors.Exception(DeviceErrors.Eio, _device.Device, "Waiting for a picture of");
        }

        result.ThrowIfError(_device.Device, "Taking a picture from");
        return Take(buffer, out filled);
    }

    /// <summary>Takes out, without a wait, a buffer that the driver filled before its source changed; null if there are no more.</summary>
    /// <param name="filled">The driver's data about it.</param>
    /// <exception cref="DeviceException">The driver returned a buffer that does not exist, or that cannot be read.</exception>
    public V4l2Memory? TryDrain(out v4l2_buffer filled)
    {
        filled = default;
        Describe(0, _taken, out v4l2_buffer buffer);

        // It does not matter whether the driver has none or has stopped because of the change: it will be started again.
        return _device.TryControl(LibcVideo.VIDIOC_DQBUF, &buffer) < 0 ? null : Take(buffer, out filled);
    }

    /// <summary>Takes back a buffer that nobody holds any more; any thread.</summary>
    public void Return(V4l2Memory memory)
    {
        int ended = memory.EndRead();
        lock (_lock)
        {
            memory.IsOut = false;
            if (!_isClosed)
            {
                // The releasing thread cannot handle the error: the source's next step reports it.
                int result = ended < 0 ? ended : Enqueue(memory.Index);
                _failure = _failure == 0 && result < 0 ? result : _failure;
                return;
            }
        }

        memory.Free();
    }

    /// <summary>Stops the driver and unmaps the buffers that nobody holds; does no harm if it is already closed.</summary>
    /// <returns>A negated errno value if the driver did not free its buffers; it then keeps them until its file is closed.</returns>
    public int Close()
    {
        V4l2Memory[] idle;
        lock (_lock)
        {
            if (_isClosed)
            {
                return 0;
            }

            _isClosed = true;
            idle = [.. _buffers.Where(buffer => !buffer.IsOut)];
        }

        // If the driver refuses this, freeing the buffers has the same effect, and so has closing its file.
        uint type = _mode.BufferType;
        _ = _device.TryControl(LibcVideo.VIDIOC_STREAMOFF, &type);
        foreach (V4l2Memory memory in idle)
        {
            memory.Free();
        }

        // A mapping keeps the file open; freeing the buffers still lets this queue's successor, and others, stream from it.
        v4l2_requestbuffers none = Request(0);
        return _device.TryControl(LibcVideo.VIDIOC_REQBUFS, &none);
    }

    private v4l2_requestbuffers Request(int count) => new()
    {
        count = (uint)count,
        type = _mode.BufferType,
        memory = LibcVideo.V4L2_MEMORY_MMAP,
    };

    /// <summary>Prepares the argument of a call; the planes stay empty with the single-planar interface.</summary>
    private void Describe(int index, v4l2_plane[] planes, out v4l2_buffer buffer)
    {
        buffer = default;
        buffer.index = (uint)index;
        buffer.type = _mode.BufferType;
        buffer.memory = LibcVideo.V4L2_MEMORY_MMAP;
        if (planes.Length > 0)
        {
            buffer.m.planes = (v4l2_plane*)Marshal.UnsafeAddrOfPinnedArrayElement(planes, 0);
            buffer.length = (uint)planes.Length;
        }
    }

    private void Allocate(int count, bool exportDmaBuf)
    {
        v4l2_requestbuffers request = Request(count);
        _device.Control(LibcVideo.VIDIOC_REQBUFS, &request, "Getting buffers from");
        if (request.count < LeastBuffers)
        {
            throw new DeviceException(_device.Device, $"'{_device.Device}' has memory for {request.count} buffers, too few to capture.");
        }

        for (int i = 0; i < request.count; i++)
        {
            Describe(i, _taken, out v4l2_buffer buffer);
            _device.Control(LibcVideo.VIDIOC_QUERYBUF, &buffer, "Getting a buffer from");
            Flags = buffer.flags;
            _buffers.Add(Map(i, buffer, exportDmaBuf));
        }

        for (int i = 0; i < _buffers.Count; i++)
        {
            Enqueue(i).ThrowIfError(_device.Device, "Giving a buffer to");
        }
    }

    private V4l2Memory Map(int index, in v4l2_buffer buffer, bool exportDmaBuf)
    {
        var parts = new List<V4l2Part>();
        try
        {
            for (int i = 0; i < _mode.Parts; i++)
            {
                (uint length, uint offset) = _mode.IsMultiPlanar
                    ? (_taken[i].length, _taken[i].m.mem_offset)
                    : (buffer.length, buffer.m.offset);
                parts.Add(Map(index, i, length, offset, exportDmaBuf));
            }

            return new V4l2Memory(this, index, [.. parts], _mode.Planes);
        }
        catch
        {
            parts.ForEach(part => part.Dispose());
            throw;
        }
    }

    private V4l2Part Map(int index, int part, uint length, uint offset, bool exportDmaBuf)
    {
        if (length > int.MaxValue || _mode.Planes.Any(plane => plane.Part == part && plane.Offset + (long)plane.Length > length))
        {
            throw new DeviceException(
                _device.Device,
                $"'{_device.Device}' has buffers of {length} bytes, which are too small for its pictures, {_mode.Format}.");
        }

        V4l2Descriptor? dmaBuf = exportDmaBuf ? _device.Export(_mode.BufferType, index, part) : null;
        try
        {
            return new V4l2Part(dmaBuf is null ? _device.Map(length, offset) : dmaBuf.Map(length, 0), dmaBuf);
        }
        catch
        {
            dmaBuf?.Dispose();
            throw;
        }
    }

    private V4l2Memory Take(in v4l2_buffer buffer, out v4l2_buffer filled)
    {
        filled = buffer;
        Interlocked.Decrement(ref _queued);
        if (buffer.index >= _buffers.Count)
        {
            throw new DeviceException(_device.Device, $"'{_device.Device}' returned a buffer, number {buffer.index}, that does not exist.");
        }

        V4l2Memory memory = _buffers[(int)buffer.index];
        lock (_lock)
        {
            memory.IsOut = true;
        }

        if (_mode.IsMultiPlanar)
        {
            filled.bytesused = DescribeParts(memory);
        }

        memory.Take(filled.bytesused);
        int begun = memory.BeginRead();
        if (begun < 0)
        {
            memory.Release();
            begun.ThrowIfError(_device.Device, "Reading a DMABUF of");
        }

        return memory;
    }

    /// <summary>Reads where the data begins in each of a buffer's memories; returns the number of data bytes in the first one.</summary>
    private uint DescribeParts(V4l2Memory memory)
    {
        for (int i = 0; i < _taken.Length; i++)
        {
            memory.SetStart(i, _taken[i].data_offset);
        }

        // The used bytes count from the beginning of the memory, including those before the data.
        return _taken[0].bytesused - Math.Min(_taken[0].bytesused, _taken[0].data_offset);
    }

    private int Enqueue(int index)
    {
        Describe(index, _given, out v4l2_buffer buffer);

        // Counted first: the driver may have filled it, and the source's thread may have taken it, before this returns.
        Interlocked.Increment(ref _queued);
        int result = _device.TryControl(LibcVideo.VIDIOC_QBUF, &buffer);
        if (result < 0)
        {
            Interlocked.Decrement(ref _queued);
        }

        return result;
    }
}
