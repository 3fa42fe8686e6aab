using System.Text;
using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.Native;

namespace RetroVue.Media.Devices.Tests.V4l2;

/// <content>A camera's input and a digital input, and the signal on the digital one.</content>
internal sealed unsafe partial class SimulatedDriver
{
    public const int DigitalInput = 1;

    private readonly Queue<uint> _events = new();
    private int? _subscribed;

    /// <summary>The input that is chosen.</summary>
    public int Input { get; set; }

    /// <summary>The size and rate of the signal on the digital input; null if there is no signal.</summary>
    public (uint Width, uint Height, uint Rate)? Signal { get; set; } = (320, 180, 25);

    /// <summary>The error with which measuring fails while there is no signal.</summary>
    public int NoSignalError { get; set; } = DeviceErrors.Enolink;

    /// <summary>True for a device that cannot scale: its pictures have the size of the signal.</summary>
    public bool IsRigid { get; init; }

    /// <summary>Puts another signal on the digital input, or none, and notifies the subscribers.</summary>
    public void ChangeSignal((uint Width, uint Height, uint Rate)? signal)
    {
        lock (_lock)
        {
            Signal = signal;
            if (_subscribed == DigitalInput)
            {
                _events.Enqueue(LibcVideo.V4L2_EVENT_SRC_CH_RESOLUTION);
            }
        }
    }

    private int DescribeInput(v4l2_input* input)
    {
        if (input->index > DigitalInput)
        {
            return -DeviceErrors.Einval;
        }

        Encoding.UTF8.GetBytes(input->index == DigitalInput ? "HDMI" : "Camera", new Span<byte>(input->name, 31));
        input->capabilities = input->index == DigitalInput ? LibcVideo.V4L2_IN_CAP_DV_TIMINGS : 0u;
        return 0;
    }

    private int GetInput(int* input)
    {
        *input = Input;
        return 0;
    }

    private int SetInput(int* input)
    {
        Input = *input is >= 0 and <= DigitalInput ? *input : Input;
        return *input == Input ? 0 : -DeviceErrors.Einval;
    }

    private int QueryTimings(v4l2_dv_timings* timings)
    {
        if (Input != DigitalInput || Signal is not { } signal)
        {
            return -(Input == DigitalInput ? NoSignalError : DeviceErrors.Enodata);
        }

        *timings = default;
        timings->anonymous.bt.width = signal.Width;
        timings->anonymous.bt.height = signal.Height;
        timings->anonymous.bt.hsync = 80;
        timings->anonymous.bt.vsync = 20;
        timings->anonymous.bt.pixelclock = (signal.Width + 80) * (signal.Height + 20) * signal.Rate;
        return 0;
    }

    private int SetTimings(v4l2_dv_timings* timings)
    {
        if (_memory.Count > 0)
        {
            Misuses.Add("S_DV_TIMINGS of a device that has buffers");
            return -DeviceErrors.Ebusy;
        }

        v4l2_bt_timings given = timings->anonymous.bt;
        Size = (given.width, given.height);
        Interval = new v4l2_fract { numerator = 1, denominator = Signal?.Rate ?? 25 };
        return 0;
    }

    private int Subscribe(v4l2_event_subscription* subscription)
    {
        Expect(subscription->type == LibcVideo.V4L2_EVENT_SOURCE_CHANGE, "a subscription to another event");
        _subscribed = (int)subscription->id;
        return 0;
    }

    private int Tell(v4l2_event* told)
    {
        if (!_events.TryDequeue(out uint changes))
        {
            return -DeviceErrors.Enoent;
        }

        *told = new v4l2_event { type = LibcVideo.V4L2_EVENT_SOURCE_CHANGE, pending = (uint)_events.Count, id = DigitalInput };
        told->u.src_change.changes = changes;
        return 0;
    }
}
