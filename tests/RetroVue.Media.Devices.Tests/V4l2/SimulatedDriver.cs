using System.Runtime.InteropServices;
using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.Native;
using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.V4l2;

/// <summary>
/// A V4L2 driver of one camera, in this process. Picture n is complete n + 1 intervals after the start of streaming, and goes into the
/// oldest queued buffer. If there is none, the picture is numbered and lost. A poll moves simulated time to the next picture.
/// </summary>
internal sealed unsafe partial class SimulatedDriver(ControllableClock clock) : IV4l2System, IDisposable
{
    public const string Node = "/dev/video7";
    public const string Bus = "platform:simulated-000";
    public const string Card = "Simulated camera";

    private const int FirstDescriptor = 1000;

    private readonly Lock _lock = new();
    private readonly HashSet<int> _open = [];
    private readonly Dictionary<int, int> _exported = [];
    private readonly Dictionary<nint, int> _mapped = [];
    private readonly List<nint> _memory = [];
    private readonly List<nint> _orphans = [];
    private readonly Queue<int> _queued = new();
    private readonly Queue<(int Index, long Frame)> _done = new();
    private int _nextDescriptor = FirstDescriptor;
    private ClockTime _began;
    private bool _isStreaming;

    // The description of the device, and its behaviour.
    public uint Capabilities { get; init; } = LibcVideo.V4L2_CAP_VIDEO_CAPTURE | LibcVideo.V4L2_CAP_STREAMING;

    public string[] Formats { get; init; } = ["YUYV", "MJPG", "YV12"];

    public string Format { get; set; } = "YUYV";

    public (uint Width, uint Height) Size { get; private set; } = (64, 36);

    public uint Padding { get; init; }

    /// <summary>The bytes before the data in each memory, through the multi-planar interface.</summary>
    public uint Header { get; init; }

    public v4l2_fract Interval { get; set; } = new() { numerator = 1, denominator = 25 };

    public uint Field { get; init; } = LibcVideo.V4L2_FIELD_NONE;

    public uint StampFlags { get; init; } = LibcVideo.V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;

    public uint FirstSequence { get; init; }

    public int MostBuffers { get; init; } = 32;

    /// <summary>The pictures that the device loses, by their numbers from zero.</summary>
    public HashSet<long> Dropped { get; } = [];

    /// <summary>The pictures that the device marks as damaged, by their numbers from zero.</summary>
    public HashSet<long> Damaged { get; } = [];

    /// <summary>Returns the number of used bytes of a compressed picture.</summary>
    public Func<long, uint> PacketSize { get; init; } = frame => 100 + (uint)(frame % 50);

    /// <summary>Returns the value of all bytes of a picture.</summary>
    public Func<long, byte> Fill { get; init; } = frame => (byte)frame;

    /// <summary>The camera's rate above its nominal rate, in parts per million.</summary>
    public double Drift { get; init; }

    /// <summary>Returns the time from a picture's completion to the return of the poll.</summary>
    public Func<long, ClockTime> WakeUp { get; init; } = _ => ClockTime.Zero;

    /// <summary>Called before each call with its name. Returns the errno value with which the call fails, or 0.</summary>
    public Func<string, int>? Fault { get; set; }

    /// <summary>The time that passes in the call that starts streaming.</summary>
    public ClockTime AfterStart { get; init; }

    /// <summary>True after the device has been pulled out.</summary>
    public bool IsUnplugged { get; set; }

    /// <summary>True if a poll without a picture waits in real time and does not move simulated time.</summary>
    public bool IsSilent { get; set; }

    // The state that tests look at.
    public int OpenDescriptors => Guarded(() => _open.Count);

    public int Mappings => Guarded(() => _mapped.Count);

    public int Queued => Guarded(() => _queued.Count + _done.Count);

    public bool IsStreaming => Guarded(() => _isStreaming);

    /// <summary>The calls that no program may make, such as a call on a closed descriptor.</summary>
    public List<string> Misuses { get; } = [];

    public ClockTime IntervalTime => ClockTime.FromUnits(Interval.numerator, new Rational(1, (int)Interval.denominator));

    private bool IsCompressed => Format == "MJPG";

    private uint BytesPerLine => IsCompressed ? 0 : Padding + (Size.Width * (Format == "YUYV" ? 2u : 1));

    private bool IsMultiPlanar => (Capabilities & LibcVideo.V4L2_CAP_VIDEO_CAPTURE_MPLANE) != 0;

    private uint BufferType => IsMultiPlanar ? LibcVideo.V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE : (uint)LibcVideo.V4L2_BUF_TYPE_VIDEO_CAPTURE;

    /// <summary>The number of memories in a buffer. They lie one after the other in the list of all memories.</summary>
    private int Parts => Format == "NM12" ? 2 : 1;

    public IReadOnlyList<string> Nodes() => ["/dev/video3", Node];

    public int Open(string path)
    {
        if (FaultOf("open") is var fault and < 0)
        {
            return fault;
        }

        if (path != Node || IsUnplugged)
        {
            return -(IsUnplugged ? DeviceErrors.Enodev : DeviceErrors.Enoent);
        }

        return Guarded(NewDescriptor);
    }

    public int Close(int descriptor)
    {
        // As in Linux, the descriptor is closed even if close() returns an error.
        lock (_lock)
        {
            Expect(_open.Remove(descriptor), "close of a descriptor that is not open");
            _exported.Remove(descriptor);
        }

        return FaultOf("close");
    }

    public nint Map(int descriptor, nuint length, long offset)
    {
        if (FaultOf("mmap") is var fault and < 0)
        {
            return fault;
        }

        lock (_lock)
        {
            Expect(_open.Contains(descriptor), "mmap of a closed descriptor");
            int index = _exported.TryGetValue(descriptor, out int exported) ? exported : (int)(offset / 4096);
            Expect(length == SizeOf(index % Parts), "mmap of a length that is not the buffer's");
            _mapped.Add(_memory[index], index);
            return _memory[index];
        }
    }

    public int Unmap(nint address, nuint length)
    {
        lock (_lock)
        {
            Expect(_mapped.Remove(address), "munmap of what is not mapped");
        }

        return FaultOf("munmap");
    }

    public int Poll(int descriptor, int events, int milliseconds)
    {
        if (FaultOf("poll") is var fault and < 0)
        {
            return fault;
        }

        if (IsSilent)
        {
            for (int waited = 0; waited < milliseconds && !IsUnplugged; waited += 5)
            {
                Thread.Sleep(5);
            }
        }

        lock (_lock)
        {
            Expect(_open.Contains(descriptor), "poll of a closed descriptor");
            if (IsUnplugged)
            {
                return LibcVideo.POLLERR | LibcVideo.POLLHUP;
            }

            if (_events.Count > 0 && (events & LibcVideo.POLLPRI) != 0)
            {
                return LibcVideo.POLLPRI | (_done.Count > 0 ? events & LibcVideo.POLLIN : 0);
            }

            ClockTime until = clock.Now + ClockTime.FromMilliseconds(milliseconds);
            while (!IsSilent && _isStreaming && (events & LibcVideo.POLLIN) != 0)
            {
                Produce();
                if (_done.TryPeek(out (int Index, long Frame) first))
                {
                    AdvanceTo(CompleteAt(first.Frame) + WakeUp(first.Frame));
                    return LibcVideo.POLLIN;
                }

                if (CompleteAt(Produced) > until)
                {
                    break;
                }

                AdvanceTo(CompleteAt(Produced));
            }

            if (!IsSilent)
            {
                AdvanceTo(until);
            }

            return 0;
        }
    }

    public int Control(int descriptor, ulong request, void* argument)
    {
        if (Fault is not null && FaultOf(NameOf(request)) is var fault and < 0)
        {
            return fault;
        }

        lock (_lock)
        {
            Expect(_open.Contains(descriptor), "ioctl of a closed descriptor");
            if (IsUnplugged)
            {
                return -DeviceErrors.Enodev;
            }

            return request switch
            {
                LibcVideo.VIDIOC_QUERYCAP => Query((v4l2_capability*)argument),
                LibcVideo.VIDIOC_ENUM_FMT => EnumerateFormats((v4l2_fmtdesc*)argument),
                LibcVideo.VIDIOC_ENUM_FRAMESIZES => EnumerateSizes((v4l2_frmsizeenum*)argument),
                LibcVideo.VIDIOC_ENUM_FRAMEINTERVALS => EnumerateRates((v4l2_frmivalenum*)argument),
                LibcVideo.VIDIOC_G_FMT => GetFormat((v4l2_format*)argument),
                LibcVideo.VIDIOC_S_FMT => SetFormat((v4l2_format*)argument),
                LibcVideo.VIDIOC_G_PARM => GetRate((v4l2_streamparm*)argument),
                LibcVideo.VIDIOC_S_PARM => SetRate((v4l2_streamparm*)argument),
                LibcVideo.VIDIOC_REQBUFS => RequestBuffers((v4l2_requestbuffers*)argument),
                LibcVideo.VIDIOC_QUERYBUF => QueryBuffer((v4l2_buffer*)argument),
                LibcVideo.VIDIOC_EXPBUF => Export((v4l2_exportbuffer*)argument),
                LibcVideo.VIDIOC_QBUF => Enqueue((v4l2_buffer*)argument),
                LibcVideo.VIDIOC_DQBUF => Dequeue((v4l2_buffer*)argument),
                LibcVideo.VIDIOC_STREAMON => StreamOn(*(uint*)argument),
                LibcVideo.VIDIOC_STREAMOFF => StreamOff(),
                LibcVideo.VIDIOC_ENUMINPUT => DescribeInput((v4l2_input*)argument),
                LibcVideo.VIDIOC_G_INPUT => GetInput((int*)argument),
                LibcVideo.VIDIOC_S_INPUT => SetInput((int*)argument),
                LibcVideo.VIDIOC_QUERY_DV_TIMINGS => QueryTimings((v4l2_dv_timings*)argument),
                LibcVideo.VIDIOC_S_DV_TIMINGS => SetTimings((v4l2_dv_timings*)argument),
                LibcVideo.VIDIOC_SUBSCRIBE_EVENT => Subscribe((v4l2_event_subscription*)argument),
                LibcVideo.VIDIOC_DQEVENT => Tell((v4l2_event*)argument),
                LibcVideo.DMA_BUF_IOCTL_SYNC => 0,
                _ => -DeviceErrors.Enotty,
            };
        }
    }

    public void Dispose()
    {
        foreach (nint memory in _memory.Concat(_orphans))
        {
            NativeMemory.Free((void*)memory);
        }

        _memory.Clear();
        _orphans.Clear();
    }

    /// <summary>Returns the name of an ioctl that the source makes.</summary>
    private static string NameOf(ulong request) => request switch
    {
        LibcVideo.VIDIOC_QUERYCAP => "QUERYCAP",
        LibcVideo.VIDIOC_ENUM_FMT => "ENUM_FMT",
        LibcVideo.VIDIOC_ENUM_FRAMESIZES => "ENUM_FRAMESIZES",
        LibcVideo.VIDIOC_ENUM_FRAMEINTERVALS => "ENUM_FRAMEINTERVALS",
        LibcVideo.VIDIOC_G_FMT => "G_FMT",
        LibcVideo.VIDIOC_S_FMT => "S_FMT",
        LibcVideo.VIDIOC_G_PARM => "G_PARM",
        LibcVideo.VIDIOC_S_PARM => "S_PARM",
        LibcVideo.VIDIOC_G_STD => "G_STD",
        LibcVideo.VIDIOC_REQBUFS => "REQBUFS",
        LibcVideo.VIDIOC_QUERYBUF => "QUERYBUF",
        LibcVideo.VIDIOC_EXPBUF => "EXPBUF",
        LibcVideo.VIDIOC_QBUF => "QBUF",
        LibcVideo.VIDIOC_DQBUF => "DQBUF",
        LibcVideo.VIDIOC_STREAMON => "STREAMON",
        LibcVideo.VIDIOC_STREAMOFF => "STREAMOFF",
        LibcVideo.VIDIOC_ENUMINPUT => "ENUMINPUT",
        LibcVideo.VIDIOC_G_INPUT => "G_INPUT",
        LibcVideo.VIDIOC_S_INPUT => "S_INPUT",
        LibcVideo.VIDIOC_QUERY_DV_TIMINGS => "QUERY_DV_TIMINGS",
        LibcVideo.VIDIOC_S_DV_TIMINGS => "S_DV_TIMINGS",
        LibcVideo.VIDIOC_SUBSCRIBE_EVENT => "SUBSCRIBE_EVENT",
        LibcVideo.VIDIOC_DQEVENT => "DQEVENT",
        LibcVideo.DMA_BUF_IOCTL_SYNC => "DMA_BUF_SYNC",
        _ => throw new ArgumentOutOfRangeException(nameof(request), request, "No such ioctl is expected."),
    };

    private uint SizeOf(int part) => Header + Format switch
    {
        "YUYV" => BytesPerLine * Size.Height,
        "YV12" => BytesPerLine * Size.Height * 3 / 2,
        "NM12" => BytesPerLine * Size.Height / (uint)(1 + part),
        _ => 4096,
    };

    private int FaultOf(string call) => -(Fault?.Invoke(call) ?? 0);

    private T Guarded<T>(Func<T> look)
    {
        lock (_lock)
        {
            return look();
        }
    }

    private void Expect(bool isTrue, string misuse)
    {
        if (!isTrue)
        {
            Misuses.Add(misuse);
        }
    }

    private void AdvanceTo(ClockTime time)
    {
        if (time > clock.Now)
        {
            clock.AdvanceTo(time);
        }
    }

    private int NewDescriptor()
    {
        _open.Add(_nextDescriptor);
        return _nextDescriptor++;
    }
}
