using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>Reads a device's capabilities, and sets its mode. Source: the kernel's V4L2 documentation, "Common API Elements".</summary>
internal static unsafe class V4l2Negotiation
{
    // No device has longer lists; this ends the loop for a driver that never ends its list.
    private const uint MostEntries = 256;

    /// <summary>Returns driver, name, bus and capabilities of a device.</summary>
    /// <exception cref="DeviceException">The device is gone, or is not a V4L2 device.</exception>
    public static v4l2_capability Query(V4l2Descriptor device)
    {
        v4l2_capability capability = default;
        device.Control(LibcVideo.VIDIOC_QUERYCAP, &capability, "Reading the capabilities of");
        return capability;
    }

    /// <summary>Returns the type of a device's picture buffers; 0 if it delivers no pictures, or not in buffers.</summary>
    public static uint BufferTypeOf(in v4l2_capability capability)
    {
        uint abilities = Abilities(capability);
        return !Has(abilities, LibcVideo.V4L2_CAP_STREAMING) ? 0u
            : Has(abilities, LibcVideo.V4L2_CAP_VIDEO_CAPTURE) ? LibcVideo.V4L2_BUF_TYPE_VIDEO_CAPTURE
            : Has(abilities, LibcVideo.V4L2_CAP_VIDEO_CAPTURE_MPLANE) ? LibcVideo.V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE
            : 0u;
    }

    /// <summary>Returns the fourccs of the formats that a device offers in buffers of a type.</summary>
    public static List<uint> Formats(V4l2Descriptor device, uint bufferType)
    {
        var formats = new List<uint>();
        for (uint i = 0; i < MostEntries; i++)
        {
            v4l2_fmtdesc description = new() { index = i, type = bufferType };
            if (device.TryControl(LibcVideo.VIDIOC_ENUM_FMT, &description) < 0)
            {
                break;
            }

            formats.Add(description.pixelformat);
        }

        return formats;
    }

    /// <summary>
    /// Returns the sizes of a format: all, or the smallest and the largest if the device scales; empty if it does not report them.
    /// </summary>
    public static List<(uint Width, uint Height)> Sizes(V4l2Descriptor device, uint format)
    {
        var sizes = new List<(uint, uint)>();
        for (uint i = 0; i < MostEntries; i++)
        {
            v4l2_frmsizeenum size = new() { index = i, pixel_format = format };
            if (device.TryControl(LibcVideo.VIDIOC_ENUM_FRAMESIZES, &size) < 0)
            {
                break;
            }

            if (size.type != LibcVideo.V4L2_FRMSIZE_TYPE_DISCRETE)
            {
                v4l2_frmsize_stepwise range = size.anonymous.stepwise;
                return [(range.min_width, range.min_height), (range.max_width, range.max_height)];
            }

            sizes.Add((size.anonymous.discrete.width, size.anonymous.discrete.height));
        }

        return sizes;
    }

    /// <summary>
    /// Returns the rates of a size: all, or the lowest and the highest if any in between is possible; empty if the device does not report
    /// them.
    /// </summary>
    public static List<Rational> Rates(V4l2Descriptor device, uint format, uint width, uint height)
    {
        var rates = new List<Rational>();
        for (uint i = 0; i < MostEntries; i++)
        {
            v4l2_frmivalenum interval = new() { index = i, pixel_format = format, width = width, height = height };
            if (device.TryControl(LibcVideo.VIDIOC_ENUM_FRAMEINTERVALS, &interval) < 0)
            {
                break;
            }

            if (interval.type != LibcVideo.V4L2_FRMIVAL_TYPE_DISCRETE)
            {
                // The longest interval is the lowest rate.
                v4l2_frmival_stepwise range = interval.anonymous.stepwise;
                return [Rate(range.max), Rate(range.min)];
            }

            rates.Add(Rate(interval.anonymous.discrete));
        }

        return rates;
    }

    /// <summary>
    /// Returns the present picture format of a device, in the form of the multi-planar interface: with the single-planar one, a buffer has
    /// one memory.
    /// </summary>
    public static v4l2_pix_format_mplane Current(V4l2Descriptor device, uint bufferType) => PictureOf(Ask(device, bufferType));

    /// <summary>Returns the type of a device's picture buffers.</summary>
    /// <exception cref="DeviceException">This library cannot capture from the device; the message says why.</exception>
    public static uint BufferTypeOf(V4l2Descriptor device)
    {
        v4l2_capability capability = Query(device);
        uint bufferType = BufferTypeOf(capability);
        if (bufferType != 0)
        {
            return bufferType;
        }

        uint abilities = Abilities(capability);
        string reason = Has(abilities, LibcVideo.V4L2_CAP_VIDEO_CAPTURE) || Has(abilities, LibcVideo.V4L2_CAP_VIDEO_CAPTURE_MPLANE)
            ? "delivers pictures only by read(), which this library does not use, and not in buffers that can be mapped"
            : "is not a video capture device";
        throw new DeviceException(device.Device, $"'{device.Device}' {reason}; DeviceDirectory.List shows the devices that can be used.");
    }

    /// <summary>Sets a device to the mode that the options request.</summary>
    /// <param name="device">The device.</param>
    /// <param name="bufferType">The type of its buffers.</param>
    /// <param name="options">The options.</param>
    /// <param name="signalRate">Pictures per second of the signal, which cannot be requested; not positive if the signal does not set the
    /// rate.</param>
    /// <param name="takesAnySize">True if the signal has changed since a size was requested: then any size that the device offers is
    /// accepted.</param>
    /// <exception cref="DeviceException">The device does not support the mode; the message says which modes it supports.</exception>
    public static V4l2Mode Negotiate(
        V4l2Descriptor device, uint bufferType, V4l2SourceOptions options, Rational signalRate, bool takesAnySize)
    {
        v4l2_pix_format_mplane picture = SetFormat(device, bufferType, options, takesAnySize);
        Rational rate = signalRate.IsPositive ? signalRate : SetRate(device, bufferType, options.FrameRate);
        PixelFormat pixels = V4l2Formats.PixelFormatOf(picture.pixelformat);
        bool isRgb = pixels is PixelFormat.Rgb24 or PixelFormat.Bgr24 or PixelFormat.Rgba or PixelFormat.Bgra;
        var video = new VideoFormat(pixels, (int)picture.width, (int)picture.height, rate)
        {
            Interlacing = InterlacingOf(device, (int)picture.field),
            Color = V4l2Colors.Of(picture, isRgb),
        };
        int parts = Math.Clamp((int)picture.num_planes, 1, LibcVideo.VIDEO_MAX_PLANES);
        return V4l2Formats.CodecOf(picture.pixelformat) is { } codec
            ? new V4l2Mode(new EncodedFormat(codec, MediaKind.Video) { Video = video }, [], rate, bufferType, parts)
            : new V4l2Mode(video, V4l2Formats.PlanesOf(picture), rate, bufferType, parts);
    }

    private static uint Abilities(in v4l2_capability capability) => Has(capability.capabilities, LibcVideo.V4L2_CAP_DEVICE_CAPS)
        ? capability.device_caps
        : capability.capabilities;

    private static bool Has(uint abilities, int ability) => (abilities & (uint)ability) != 0;

    private static v4l2_format Ask(V4l2Descriptor device, uint bufferType)
    {
        v4l2_format format = new() { type = bufferType };
        device.Control(LibcVideo.VIDIOC_G_FMT, &format, "Asking for the format of");
        return format;
    }

    private static v4l2_pix_format_mplane PictureOf(in v4l2_format format)
    {
        if (format.type == LibcVideo.V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE)
        {
            return format.fmt.pix_mp;
        }

        v4l2_pix_format pix = format.fmt.pix;
        var picture = new v4l2_pix_format_mplane
        {
            width = pix.width,
            height = pix.height,
            pixelformat = pix.pixelformat,
            field = pix.field,
            colorspace = pix.colorspace,
            num_planes = 1,
            ycbcr_enc = (byte)pix.ycbcr_enc,
            quantization = (byte)pix.quantization,
            xfer_func = (byte)pix.xfer_func,
        };
        picture.plane_fmt[0] = new v4l2_plane_pix_format { bytesperline = pix.bytesperline, sizeimage = pix.sizeimage };
        return picture;
    }

    /// <summary>Requests a format and a size, with the driver's own fields and line lengths.</summary>
    private static v4l2_pix_format_mplane Set(V4l2Descriptor device, v4l2_format format, uint code, uint width, uint height)
    {
        if (format.type == LibcVideo.V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE)
        {
            ref v4l2_pix_format_mplane picture = ref format.fmt.pix_mp;
            (picture.pixelformat, picture.width, picture.height) = (code, width, height);
            (picture.field, picture.num_planes, picture.plane_fmt) = (LibcVideo.V4L2_FIELD_ANY, 0, default);
        }
        else
        {
            ref v4l2_pix_format picture = ref format.fmt.pix;
            (picture.pixelformat, picture.width, picture.height) = (code, width, height);
            (picture.field, picture.bytesperline, picture.sizeimage) = (LibcVideo.V4L2_FIELD_ANY, 0, 0);
        }

        device.Control(LibcVideo.VIDIOC_S_FMT, &format, "Setting the format of");
        return PictureOf(format);
    }

    private static v4l2_pix_format_mplane SetFormat(V4l2Descriptor device, uint bufferType, V4l2SourceOptions options, bool takesAnySize)
    {
        v4l2_format format = Ask(device, bufferType);
        v4l2_pix_format_mplane current = PictureOf(format);
        uint code = options.Format is { } text ? V4l2Formats.Parse(text) : Default(device, bufferType, current.pixelformat);
        uint width = options.Width == 0 ? current.width : (uint)options.Width;
        uint height = options.Height == 0 ? current.height : (uint)options.Height;
        bool isSet = current.pixelformat == code && current.width == width && current.height == height;
        v4l2_pix_format_mplane given = isSet ? current : Set(device, format, code, width, height);
        bool isSize = takesAnySize || (given.width == width && given.height == height);
        if (given.pixelformat != code || !isSize)
        {
            throw new DeviceException(
                device.Device,
                $"'{device.Device}' cannot deliver {V4l2Formats.Text(code)} {width}x{height}; it would deliver "
                + $"{V4l2Formats.Text(given.pixelformat)} {given.width}x{given.height}. It offers {Offer(device, bufferType)}.");
        }

        return given;
    }

    private static uint Default(V4l2Descriptor device, uint bufferType, uint current)
    {
        if (V4l2Formats.IsKnown(current))
        {
            return current;
        }

        uint known = Formats(device, bufferType).Find(V4l2Formats.IsKnown);
        return known != 0
            ? known
            : throw new DeviceException(
                device.Device,
                $"'{device.Device}' offers only formats that this library does not support: {Offer(device, bufferType)}.");
    }

    private static string Offer(V4l2Descriptor device, uint bufferType) =>
        string.Join(", ", Formats(device, bufferType).Select(V4l2Formats.Text));

    private static Rational SetRate(V4l2Descriptor device, uint bufferType, Rational wanted)
    {
        v4l2_streamparm parameters = new() { type = bufferType };
        if (device.TryControl(LibcVideo.VIDIOC_G_PARM, &parameters) < 0)
        {
            // Drivers of sources that set the rate themselves, such as HDMI inputs, may not report it.
            return new Rational(0, 1);
        }

        if (wanted.IsPositive && (parameters.parm.capture.capability & LibcVideo.V4L2_CAP_TIMEPERFRAME) != 0)
        {
            Rational interval = wanted.Reduce().Inverse;
            parameters.parm.capture.timeperframe = new v4l2_fract
            {
                numerator = (uint)interval.Numerator,
                denominator = (uint)interval.Denominator,
            };
            device.Control(LibcVideo.VIDIOC_S_PARM, &parameters, "Setting the frame rate of");
        }

        return Rate(parameters.parm.capture.timeperframe);
    }

    private static Rational Rate(v4l2_fract interval) =>
        interval.numerator is 0 or > int.MaxValue || interval.denominator is 0 or > int.MaxValue
            ? new Rational(0, 1)
            : new Rational((int)interval.denominator, (int)interval.numerator).Reduce();

    private static Interlacing InterlacingOf(V4l2Descriptor device, int field) => field switch
    {
        LibcVideo.V4L2_FIELD_NONE or LibcVideo.V4L2_FIELD_ANY => Interlacing.Progressive,
        LibcVideo.V4L2_FIELD_INTERLACED_TB => Interlacing.TopFieldFirst,
        LibcVideo.V4L2_FIELD_INTERLACED_BT => Interlacing.BottomFieldFirst,
        LibcVideo.V4L2_FIELD_INTERLACED => IsStandard525(device) ? Interlacing.BottomFieldFirst : Interlacing.TopFieldFirst,
        _ => throw new DeviceException(
            device.Device,
            $"'{device.Device}' delivers a picture's fields in separate buffers or one below the other, which this library does not support."),
    };

    private static bool IsStandard525(V4l2Descriptor device)
    {
        ulong standard;
        return device.TryControl(LibcVideo.VIDIOC_G_STD, &standard) >= 0 && (standard & LibcVideo.V4L2_STD_525_60) != 0;
    }
}
