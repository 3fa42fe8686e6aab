using System.Runtime.InteropServices;
using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.Native;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.V4l2;

/// <content>The buffers, and the pictures that go into them.</content>
internal sealed unsafe partial class SimulatedDriver
{
    /// <summary>The stamp that the driver gives picture n: the microsecond, cut, at which it was complete.</summary>
    public ClockTime StampOf(long frame) => ClockTime.FromMicroseconds(CompleteAt(frame).Nanoseconds / 1000);

    /// <summary>Has the pictures from now on come at a rate that is lower than the agreed one.</summary>
    public void SlowDown(int factor)
    {
        _began = clock.Now - (IntervalTime * factor * Produced);
        Interval = Interval with { numerator = Interval.numerator * (uint)factor };
    }

    /// <summary>The number of the next picture, from zero.</summary>
    private long Produced { get; set; }

    private ClockTime CompleteAt(long frame)
    {
        ClockTime nominal = ClockTime.FromUnits((frame + 1) * Interval.numerator, new Rational(1, (int)Interval.denominator));
        double gained = nominal.Nanoseconds * Drift / (1e6 + Drift);
        return _began + nominal - ClockTime.FromNanoseconds((long)Math.Round(gained));
    }

    /// <summary>Makes the pictures that are due.</summary>
    private void Produce()
    {
        for (; _isStreaming && CompleteAt(Produced) <= clock.Now; Produced++)
        {
            if (!Dropped.Contains(Produced) && _queued.TryDequeue(out int index))
            {
                new Span<byte>((void*)_memory[index], (int)BufferSize).Fill(Fill(Produced));
                _done.Enqueue((index, Produced));
            }
        }
    }

    private int RequestBuffers(v4l2_requestbuffers* request)
    {
        // Ends streaming and lets go of the buffers that there are; the memory of those that are mapped stays, for their mappings hold it.
        StreamOff();
        _orphans.AddRange(_memory);
        _memory.Clear();
        request->count = Math.Min(request->count, (uint)MostBuffers);
        while (_memory.Count < request->count)
        {
            _memory.Add((nint)NativeMemory.AllocZeroed(BufferSize));
        }

        return 0;
    }

    private int QueryBuffer(v4l2_buffer* buffer)
    {
        buffer->m.offset = buffer->index * 4096;
        buffer->length = BufferSize;
        buffer->flags = StampFlags;
        return 0;
    }

    private int Export(v4l2_exportbuffer* export)
    {
        export->fd = NewDescriptor();
        _exported.Add(export->fd, (int)export->index);
        return 0;
    }

    private int Enqueue(v4l2_buffer* buffer)
    {
        if (_queued.Contains((int)buffer->index))
        {
            Misuses.Add("QBUF of a buffer that is queued");
            return -DeviceErrors.Einval;
        }

        Produce();
        _queued.Enqueue((int)buffer->index);
        return 0;
    }

    private int Dequeue(v4l2_buffer* buffer)
    {
        Produce();
        if (!_done.TryDequeue(out (int Index, long Frame) done))
        {
            return -DeviceErrors.Eagain;
        }

        ClockTime stamp = StampOf(done.Frame);
        buffer->index = (uint)done.Index;
        buffer->bytesused = IsCompressed ? PacketSize(done.Frame) : BufferSize;
        buffer->flags = StampFlags | (Damaged.Contains(done.Frame) ? (uint)LibcVideo.V4L2_BUF_FLAG_ERROR : 0);
        buffer->sequence = unchecked(FirstSequence + (uint)done.Frame);
        bool isStamped = (StampFlags & LibcVideo.V4L2_BUF_FLAG_TIMESTAMP_MASK) == LibcVideo.V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
        buffer->timestamp = isStamped
            ? new timeval { tv_sec = stamp.Nanoseconds / 1_000_000_000, tv_usec = stamp.Nanoseconds / 1000 % 1_000_000 }
            : new timeval { tv_sec = 1_700_000_000 };
        return 0;
    }

    private int StreamOn()
    {
        (_isStreaming, _began, Produced) = (true, clock.Now, 0);
        AdvanceTo(clock.Now + AfterStart);
        return 0;
    }

    private int StreamOff()
    {
        _isStreaming = false;
        _queued.Clear();
        _done.Clear();
        return 0;
    }
}
