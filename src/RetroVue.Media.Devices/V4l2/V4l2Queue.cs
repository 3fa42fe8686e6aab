using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.Native;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>The buffers that a driver fills in turn: taken out by the source's thread, given back by whoever held a picture last.</summary>
/// <remarks>
/// <see cref="TryDequeue"/> is for one thread at a time, <see cref="Return"/> for any; <see cref="Close"/> must not run together with
/// <see cref="TryDequeue"/>. Buffers that are out when the queue is closed stay mapped until they are released.
/// The device is whoever's who opened it. Source: the kernel's V4L2 documentation, "Streaming I/O (Memory Mapping)".
/// </remarks>
internal sealed unsafe class V4l2Queue
{
    /// <summary>The events of a wait for a buffer: one is filled, or the driver has something to say.</summary>
    public const int Awaited = LibcVideo.POLLIN | LibcVideo.POLLPRI;

    private const int LeastBuffers = 2;

    private readonly Lock _lock = new();
    private readonly V4l2Descriptor _device;
    private readonly List<V4l2Memory> _buffers = [];
    private int _queued;
    private int _failure;
    private bool _isClosed;

    private V4l2Queue(V4l2Descriptor device) => _device = device;

    /// <summary>How many buffers there are.</summary>
    public int Count => _buffers.Count;

    /// <summary>How many of them the driver has.</summary>
    public int Queued => Volatile.Read(ref _queued);

    /// <summary>The flags that the driver will stamp its buffers with, as far as it tells beforehand.</summary>
    public uint Flags { get; private set; }

    /// <summary>Has a driver make buffers, maps them and hands them to it.</summary>
    /// <exception cref="DeviceException">The driver or the system refused; no buffer is left.</exception>
    public static V4l2Queue Create(V4l2Descriptor device, int count, V4l2Mode mode, bool exportDmaBuf)
    {
        var queue = new V4l2Queue(device);
        try
        {
            queue.Allocate(count, mode, exportDmaBuf);
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
        int type = LibcVideo.V4L2_BUF_TYPE_VIDEO_CAPTURE;
        _device.Control(LibcVideo.VIDIOC_STREAMON, &type, "Starting");
    }

    /// <summary>Takes a filled buffer out: null where there is none after all.</summary>
    /// <param name="events">What a wait for one told.</param>
    /// <param name="filled">What the driver says of it.</param>
    /// <exception cref="DeviceException">The device failed or is gone; also where a buffer that was given back told so.</exception>
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
        v4l2_buffer buffer = Describe(0);
        int result = _device.TryControl(LibcVideo.VIDIOC_DQBUF, &buffer);
        if (result is -DeviceErrors.Eagain or -DeviceErrors.Eintr)
        {
            // An error event comes again at once, for ever; where the driver does not say which error it is, it is one all the same.
            return (events & ~Awaited) == 0
                ? null
                : throw DeviceErrors.Exception(DeviceErrors.Eio, _device.Device, "Waiting for a picture of");
        }

        result.ThrowIfError(_device.Device, "Taking a picture from");
        filled = buffer;
        return Take(buffer);
    }

    /// <summary>Takes out, without a wait, what the driver had filled before its source changed; null where nothing is left.</summary>
    /// <param name="filled">What the driver says of it.</param>
    /// <exception cref="DeviceException">The driver gave a buffer that it does not have, or one that cannot be read.</exception>
    public V4l2Memory? TryDrain(out v4l2_buffer filled)
    {
        filled = Describe(0);
        fixed (v4l2_buffer* buffer = &filled)
        {
            // Whether the driver has none, or has given up for the change: it will be started anew.
            return _device.TryControl(LibcVideo.VIDIOC_DQBUF, buffer) < 0 ? null : Take(filled);
        }
    }

    /// <summary>Takes a buffer back that nobody holds any more; any thread.</summary>
    public void Return(V4l2Memory memory)
    {
        int ended = memory.EndRead();
        lock (_lock)
        {
            memory.IsOut = false;
            if (!_isClosed)
            {
                // Whoever released it cannot help what went wrong: the source's next step tells.
                int result = ended < 0 ? ended : Enqueue(memory.Index);
                _failure = _failure == 0 && result < 0 ? result : _failure;
                return;
            }
        }

        memory.Free();
    }

    /// <summary>Stops the driver and unmaps what nobody holds; harmless when done before.</summary>
    /// <returns>Below zero, a negated errno value, where the driver did not let go of its buffers: until its file is closed it has them.</returns>
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

        // Where the driver refuses this, letting go of the buffers has the same effect, and so has closing its file.
        int type = LibcVideo.V4L2_BUF_TYPE_VIDEO_CAPTURE;
        _ = _device.TryControl(LibcVideo.VIDIOC_STREAMOFF, &type);
        foreach (V4l2Memory memory in idle)
        {
            memory.Free();
        }

        // A mapping keeps the file open; letting go of the buffers lets this queue's successor, and others, stream from it all the same.
        v4l2_requestbuffers none = Request(0);
        return _device.TryControl(LibcVideo.VIDIOC_REQBUFS, &none);
    }

    private static v4l2_requestbuffers Request(int count) => new()
    {
        count = (uint)count,
        type = LibcVideo.V4L2_BUF_TYPE_VIDEO_CAPTURE,
        memory = LibcVideo.V4L2_MEMORY_MMAP,
    };

    private static v4l2_buffer Describe(int index) => new()
    {
        index = (uint)index,
        type = LibcVideo.V4L2_BUF_TYPE_VIDEO_CAPTURE,
        memory = LibcVideo.V4L2_MEMORY_MMAP,
    };

    private void Allocate(int count, V4l2Mode mode, bool exportDmaBuf)
    {
        v4l2_requestbuffers request = Request(count);
        _device.Control(LibcVideo.VIDIOC_REQBUFS, &request, "Getting buffers from");
        if (request.count < LeastBuffers)
        {
            throw new DeviceException(_device.Device, $"'{_device.Device}' has memory for {request.count} buffers, too few to capture.");
        }

        for (int i = 0; i < request.count; i++)
        {
            v4l2_buffer buffer = Describe(i);
            _device.Control(LibcVideo.VIDIOC_QUERYBUF, &buffer, "Getting a buffer from");
            Flags = buffer.flags;
            _buffers.Add(Map(i, buffer, mode, exportDmaBuf));
        }

        for (int i = 0; i < _buffers.Count; i++)
        {
            Enqueue(i).ThrowIfError(_device.Device, "Giving a buffer to");
        }
    }

    private V4l2Memory Map(int index, v4l2_buffer buffer, V4l2Mode mode, bool exportDmaBuf)
    {
        if (buffer.length > int.MaxValue || mode.Planes.Any(plane => plane.Offset + (long)plane.Length > buffer.length))
        {
            throw new DeviceException(
                _device.Device,
                $"'{_device.Device}' has buffers of {buffer.length} bytes, in which its pictures, {mode.Format}, do not fit.");
        }

        V4l2Descriptor? dmaBuf = exportDmaBuf ? _device.Export(index) : null;
        try
        {
            V4l2Mapping mapping = dmaBuf is null ? _device.Map(buffer.length, buffer.m.offset) : dmaBuf.Map(buffer.length, 0);
            return new V4l2Memory(this, index, mapping, dmaBuf, mode.Planes);
        }
        catch
        {
            dmaBuf?.Dispose();
            throw;
        }
    }

    private V4l2Memory Take(v4l2_buffer buffer)
    {
        Interlocked.Decrement(ref _queued);
        if (buffer.index >= _buffers.Count)
        {
            throw new DeviceException(_device.Device, $"'{_device.Device}' gave a buffer, number {buffer.index}, that it does not have.");
        }

        V4l2Memory memory = _buffers[(int)buffer.index];
        lock (_lock)
        {
            memory.IsOut = true;
        }

        memory.Take(buffer.bytesused);
        int begun = memory.BeginRead();
        if (begun < 0)
        {
            memory.Release();
            begun.ThrowIfError(_device.Device, "Reading a DMABUF of");
        }

        return memory;
    }

    private int Enqueue(int index)
    {
        v4l2_buffer buffer = Describe(index);

        // Counted first: the driver may have filled it, and the source's thread taken it, before this returns.
        Interlocked.Increment(ref _queued);
        int result = _device.TryControl(LibcVideo.VIDIOC_QBUF, &buffer);
        if (result < 0)
        {
            Interlocked.Decrement(ref _queued);
        }

        return result;
    }
}
