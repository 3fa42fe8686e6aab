using System.Text;
using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.Native;
using RetroVue.Media.Devices.V4l2;

namespace RetroVue.Media.Devices.Tests.V4l2;

/// <content>The device's description, its formats, and its settings.</content>
internal sealed unsafe partial class SimulatedDriver
{
    private int Query(v4l2_capability* capability)
    {
        *capability = default;
        Encoding.UTF8.GetBytes(Card, new Span<byte>(capability->card, 31));
        Encoding.UTF8.GetBytes(Bus, new Span<byte>(capability->bus_info, 31));
        capability->capabilities = Capabilities | unchecked((uint)LibcVideo.V4L2_CAP_DEVICE_CAPS);
        capability->device_caps = Capabilities;
        return 0;
    }

    private int EnumerateFormats(v4l2_fmtdesc* format)
    {
        ExpectType(format->type);
        if (format->index >= Formats.Length)
        {
            return -DeviceErrors.Einval;
        }

        format->pixelformat = V4l2Formats.Parse(Formats[format->index]);
        return 0;
    }

    private int EnumerateSizes(v4l2_frmsizeenum* size)
    {
        (uint Width, uint Height)[] sizes = [(64, 36), (128, 72)];
        if (V4l2Formats.Text(size->pixel_format) == "YV12" && size->index == 0)
        {
            size->type = 3;
            size->anonymous.stepwise = new v4l2_frmsize_stepwise
            {
                min_width = 16,
                max_width = 640,
                step_width = 2,
                min_height = 8,
                max_height = 360,
                step_height = 2,
            };
            return 0;
        }

        if (size->index >= sizes.Length)
        {
            return -DeviceErrors.Einval;
        }

        size->type = LibcVideo.V4L2_FRMSIZE_TYPE_DISCRETE;
        size->anonymous.discrete = new v4l2_frmsize_discrete { width = sizes[size->index].Width, height = sizes[size->index].Height };
        return 0;
    }

    private static int EnumerateRates(v4l2_frmivalenum* interval)
    {
        if (interval->index > 0)
        {
            return -DeviceErrors.Einval;
        }

        if (V4l2Formats.Text(interval->pixel_format) == "YV12")
        {
            interval->type = 2;
            interval->anonymous.stepwise.min = new v4l2_fract { numerator = 1, denominator = 60 };
            interval->anonymous.stepwise.max = new v4l2_fract { numerator = 1, denominator = 5 };
            return 0;
        }

        interval->type = LibcVideo.V4L2_FRMIVAL_TYPE_DISCRETE;
        interval->anonymous.discrete = new v4l2_fract { numerator = 1001, denominator = 30000 };
        return 0;
    }

    private int GetFormat(v4l2_format* format)
    {
        ExpectType(format->type);
        if (!IsMultiPlanar)
        {
            format->fmt.pix = new v4l2_pix_format
            {
                width = Size.Width,
                height = Size.Height,
                pixelformat = V4l2Formats.Parse(Format),
                field = Field,
                bytesperline = BytesPerLine,
                sizeimage = SizeOf(0),
                colorspace = LibcVideo.V4L2_COLORSPACE_SRGB,
            };
            return 0;
        }

        format->fmt.pix_mp = new v4l2_pix_format_mplane
        {
            width = Size.Width,
            height = Size.Height,
            pixelformat = V4l2Formats.Parse(Format),
            field = Field,
            num_planes = (byte)Parts,
            colorspace = LibcVideo.V4L2_COLORSPACE_SRGB,
        };
        for (int i = 0; i < Parts; i++)
        {
            format->fmt.pix_mp.plane_fmt[i] = new v4l2_plane_pix_format { bytesperline = BytesPerLine, sizeimage = SizeOf(i) };
        }

        return 0;
    }

    private int SetFormat(v4l2_format* format)
    {
        (uint code, uint width, uint height) = IsMultiPlanar
            ? (format->fmt.pix_mp.pixelformat, format->fmt.pix_mp.width, format->fmt.pix_mp.height)
            : (format->fmt.pix.pixelformat, format->fmt.pix.width, format->fmt.pix.height);
        Format = Formats.Contains(V4l2Formats.Text(code)) ? V4l2Formats.Text(code) : Format;
        Size = IsRigid ? Size : (Math.Clamp(width, 16, 640), Math.Clamp(height, 8, 360));
        return GetFormat(format);
    }

    private int GetRate(v4l2_streamparm* parameters)
    {
        ExpectType(parameters->type);
        parameters->parm.capture.capability = LibcVideo.V4L2_CAP_TIMEPERFRAME;
        parameters->parm.capture.timeperframe = Interval;
        return 0;
    }

    private int SetRate(v4l2_streamparm* parameters)
    {
        Interval = parameters->parm.capture.timeperframe;
        return 0;
    }
}
