using System.Runtime.InteropServices;
using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.Native;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.V4l2;

/// <content>The buffers, and the pictures that the driver writes into them.</content>
internal sealed unsafe partial class SimulatedDriver
{
    /// <summary>Returns the driver's stamp of picture n: the time at which it was complete, cut to a microsecond.</summary>
    public ClockTime StampOf(long frame) => ClockTime.FromMicroseconds(CompleteAt(frame).Nanoseconds / 1000);

    /// <summary>Makes the pictures come at a lower rate than agreed from now on.</summary>
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
                for (int i = 0; i < Parts; i++)
                {
                    // The second plane has another value than the first. The bytes before the data have a value that no picture has.
                    var part = new Span<byte>((void*)_memory[(index * Parts) + i], (int)SizeOf(i));
                    part[..(int)Header].Fill(byte.MaxValue);
                    part[(int)Header..].Fill((byte)(Fill(Produced) + (100 * i)));
                }

                _done.Enqueue((index, Produced));
            }
        }
    }

    private int RequestBuffers(v4l2_requestbuffers* request)
    {
        ExpectType(request->type);

        // This ends streaming and releases the buffers. The memory of mapped buffers stays, because the mappings hold it.
        StreamOff();
        _orphans.AddRange(_memory);
        _memory.Clear();
        request->count = Math.Min(request->count, (uint)MostBuffers);
        while (_memory.Count < request->count * Parts)
        {
            _memory.Add((nint)NativeMemory.AllocZeroed(SizeOf(_memory.Count % Parts)));
        }

        return 0;
    }

    private int QueryBuffer(v4l2_buffer* buffer)
    {
        ExpectType(buffer->type);
        buffer->flags = StampFlags;
        if (!IsMultiPlanar)
        {
            buffer->m.offset = buffer->index * 4096;
            buffer->length = SizeOf(0);
            return 0;
        }

        if (buffer->length < Parts)
        {
            return -DeviceErrors.Einval;
        }

        for (int i = 0; i < Parts; i++)
        {
            buffer->m.planes[i].m.mem_offset = (uint)((buffer->index * Parts) + i) * 4096;
            buffer->m.planes[i].length = SizeOf(i);
        }

        return 0;
    }

    private int Export(v4l2_exportbuffer* export)
    {
        ExpectType(export->type);
        Expect(export->plane < Parts, "EXPBUF of a memory that the buffer does not have");
        export->fd = NewDescriptor();
        _exported.Add(export->fd, (int)((export->index * Parts) + export->plane));
        return 0;
    }

    private int Enqueue(v4l2_buffer* buffer)
    {
        ExpectType(buffer->type);
        Expect(!IsMultiPlanar || buffer->length >= Parts, "QBUF with too few planes");
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
        ExpectType(buffer->type);
        Produce();
        if (!_done.TryDequeue(out (int Index, long Frame) done))
        {
            return -DeviceErrors.Eagain;
        }

        ClockTime stamp = StampOf(done.Frame);
        buffer->index = (uint)done.Index;
        buffer->bytesused = IsMultiPlanar ? 0 : UsedOf(0, done.Frame);
        for (int i = 0; IsMultiPlanar && i < Parts; i++)
        {
            buffer->m.planes[i].bytesused = UsedOf(i, done.Frame);
            buffer->m.planes[i].data_offset = Header;
        }

        buffer->flags = StampFlags | (Damaged.Contains(done.Frame) ? (uint)LibcVideo.V4L2_BUF_FLAG_ERROR : 0);
        buffer->sequence = unchecked(FirstSequence + (uint)done.Frame);
        bool isStamped = (StampFlags & LibcVideo.V4L2_BUF_FLAG_TIMESTAMP_MASK) == LibcVideo.V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
        buffer->timestamp = isStamped
            ? new timeval { tv_sec = stamp.Nanoseconds / 1_000_000_000, tv_usec = stamp.Nanoseconds / 1000 % 1_000_000 }
            : new timeval { tv_sec = 1_700_000_000 };
        return 0;
    }

    private uint UsedOf(int part, long frame) => IsCompressed ? Header + PacketSize(frame) : SizeOf(part);

    private void ExpectType(uint type) => Expect(type == BufferType, "a call about the other type of buffers");

    private int StreamOn(uint type)
    {
        ExpectType(type);
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
