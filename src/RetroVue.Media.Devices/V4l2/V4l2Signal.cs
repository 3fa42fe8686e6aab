using System.Runtime.InteropServices;
using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.Native;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>A device's input, and the signal on it, which may come, go and change.</summary>
/// <remarks>
/// For one thread. Source: the kernel's V4L2 documentation, "Video Inputs and Outputs", "Digital Video (DV) Timings" and
/// VIDIOC_DQEVENT, V4L2_EVENT_SOURCE_CHANGE.
/// </remarks>
internal sealed unsafe class V4l2Signal
{
    private const int MostInputs = 64;

    private readonly V4l2Descriptor _device;
    private readonly bool _hasTimings;

    private V4l2Signal(V4l2Descriptor device, bool hasTimings)
    {
        _device = device;
        _hasTimings = hasTimings;
    }

    /// <summary>Pictures per second of the present signal; 0/1 if the input has no timings, or they are not known.</summary>
    public Rational FrameRate { get; private set; } = new(0, 1);

    /// <summary>Selects a device's input, and subscribes to its changes.</summary>
    /// <param name="device">The device; the caller keeps it.</param>
    /// <param name="wanted">The input's number; null for the selected one.</param>
    /// <exception cref="DeviceException">There is no such input; the message lists the inputs.</exception>
    public static V4l2Signal Open(V4l2Descriptor device, int? wanted)
    {
        int number = wanted ?? 0;
        if (wanted is not null)
        {
            Choose(device, number);
        }
        else if (device.TryControl(LibcVideo.VIDIOC_G_INPUT, &number) < 0)
        {
            // For example drivers of cameras, which have no inputs to select.
            number = 0;
        }

        bool hasTimings = TryDescribe(device, number, out v4l2_input input)
            && (input.capabilities & LibcVideo.V4L2_IN_CAP_DV_TIMINGS) != 0;
        v4l2_event_subscription subscription = new() { type = LibcVideo.V4L2_EVENT_SOURCE_CHANGE, id = (uint)number };

        // A driver without this event has a source that does not change, or cannot report it.
        _ = device.TryControl(LibcVideo.VIDIOC_SUBSCRIBE_EVENT, &subscription);
        return new V4l2Signal(device, hasTimings);
    }

    /// <summary>Reads the driver's events, if a wait reported any.</summary>
    /// <param name="events">The result of the wait.</param>
    /// <returns>True if the source changed, and streaming has to start again.</returns>
    /// <exception cref="DeviceException">The device failed or is gone.</exception>
    public bool HasChanged(int events)
    {
        if (events < 0 || (events & LibcVideo.POLLPRI) == 0)
        {
            return false;
        }

        bool hasChanged = false;
        v4l2_event told = new() { pending = 1 };
        while (told.pending > 0)
        {
            int result = _device.TryControl(LibcVideo.VIDIOC_DQEVENT, &told);
            if (result == -DeviceErrors.Enoent)
            {
                break;
            }

            result.ThrowIfError(_device.Device, "Asking for the events of");
            hasChanged |= told.type == LibcVideo.V4L2_EVENT_SOURCE_CHANGE
                && (told.u.src_change.changes & LibcVideo.V4L2_EVENT_SRC_CH_RESOLUTION) != 0;
        }

        return hasChanged;
    }

    /// <summary>
    /// Sets a digital input to the signal on it; not while the device has buffers. Other inputs keep their setting.
    /// </summary>
    /// <returns>Null if that succeeded; otherwise the problem of the signal, which may be temporary.</returns>
    /// <exception cref="DeviceException">The device failed or is gone, or another program uses it.</exception>
    public string? Take()
    {
        if (!_hasTimings)
        {
            return null;
        }

        v4l2_dv_timings timings = default;
        int result = _device.TryControl(LibcVideo.VIDIOC_QUERY_DV_TIMINGS, &timings);
        switch (result)
        {
            case -DeviceErrors.Enolink:
                return "has no signal";
            case -DeviceErrors.Enolck:
                return "has an unstable signal";
            case -DeviceErrors.Erange:
                return "has a signal that is beyond what it can capture";
            case -DeviceErrors.Enotty or -DeviceErrors.Enodata or -DeviceErrors.Einval:
                // The driver cannot measure: the timings are those that were set before.
                return null;
            default:
                result.ThrowIfError(_device.Device, "Measuring the signal of");
                break;
        }

        v4l2_dv_timings measured = timings;
        result = _device.TryControl(LibcVideo.VIDIOC_S_DV_TIMINGS, &timings);
        if (result is -DeviceErrors.Einval or -DeviceErrors.Erange)
        {
            return "has a signal that is beyond what it can capture";
        }

        result.ThrowIfError(_device.Device, "Taking over the signal's timings by");
        FrameRate = measured.type == LibcVideo.V4L2_DV_BT_656_1120 ? RateOf(measured.anonymous.bt) : new Rational(0, 1);
        return null;
    }

    /// <summary>
    /// Returns the pictures per second of a digital signal: a whole number, or a whole number times 1000/1001, if it is within the accuracy
    /// of receivers; otherwise rounded to a thousandth. 0/1 if the timings do not contain it.
    /// </summary>
    internal static Rational RateOf(in v4l2_bt_timings timings)
    {
        // Each of the two fields has its own blanking.
        bool isInterlaced = timings.interlaced != 0;
        double width = (double)timings.width + timings.hfrontporch + timings.hsync + timings.hbackporch;
        double height = (double)timings.height + timings.vfrontporch + timings.vsync + timings.vbackporch
            + (isInterlaced ? (double)timings.il_vfrontporch + timings.il_vsync + timings.il_vbackporch : 0);
        const int reduced = LibcVideo.V4L2_DV_FL_CAN_DETECT_REDUCED_FPS | LibcVideo.V4L2_DV_FL_REDUCED_FPS;
        double rate = timings.pixelclock / (width * height) * ((timings.flags & reduced) == reduced ? 1000 / 1001.0 : 1);
        if (!(rate is >= 1 and < 10_000))
        {
            return new Rational(0, 1);
        }

        // Receivers measure with an accuracy of some 100 ppm; the two families differ by 1000.
        const double tolerance = 3e-4;
        double whole = Math.Round(rate);
        double less = Math.Round(rate * 1001 / 1000);
        return Math.Abs((rate / whole) - 1) < tolerance ? new Rational((int)whole, 1)
            : Math.Abs((rate * 1001 / 1000 / less) - 1) < tolerance ? new Rational((int)less * 1000, 1001)
            : new Rational((int)Math.Round(rate * 1000), 1000).Reduce();
    }

    private static void Choose(V4l2Descriptor device, int wanted)
    {
        int number = wanted;
        int result = device.TryControl(LibcVideo.VIDIOC_S_INPUT, &number);
        if (result is -DeviceErrors.Einval or -DeviceErrors.Enotty)
        {
            var inputs = new List<string>();
            while (inputs.Count < MostInputs && TryDescribe(device, inputs.Count, out v4l2_input input))
            {
                inputs.Add($"{inputs.Count} ({Marshal.PtrToStringUTF8((nint)input.name)})");
            }

            throw new DeviceException(
                device.Device,
                $"'{device.Device}' has no input {wanted}; {(inputs.Count == 0 ? "it has none to choose from" : $"it has {string.Join(", ", inputs)}")}.",
                -result);
        }

        result.ThrowIfError(device.Device, "Choosing the input of");
    }

    private static bool TryDescribe(V4l2Descriptor device, int number, out v4l2_input input)
    {
        input = new v4l2_input { index = (uint)number };
        fixed (v4l2_input* description = &input)
        {
            return device.TryControl(LibcVideo.VIDIOC_ENUMINPUT, description) >= 0;
        }
    }
}
