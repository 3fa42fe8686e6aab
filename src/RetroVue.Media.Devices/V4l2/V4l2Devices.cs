using System.Runtime.InteropServices;
using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.Native;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>Lists the video capture devices of Video for Linux.</summary>
/// <remarks>Thread-safe. Source: the kernel's V4L2 documentation, VIDIOC_QUERYCAP and the VIDIOC_ENUM_ calls.</remarks>
public static unsafe class V4l2Devices
{
    /// <summary>
    /// Returns the device files that deliver pictures in buffers, with their formats by fourcc, sizes and rates. If a device scales, or
    /// accepts any rate within limits, only the smallest and the largest values are listed. It opens each device for a moment.
    /// </summary>
    public static IReadOnlyList<DeviceInfo> List() => List(V4l2System.Instance);

    internal static IReadOnlyList<DeviceInfo> List(IV4l2System system)
    {
        var devices = new List<DeviceInfo>();
        foreach (string node in system.Nodes())
        {
            try
            {
                using V4l2Descriptor device = V4l2Descriptor.Open(system, node, node);
                v4l2_capability capability = V4l2Negotiation.Query(device);
                if (V4l2Negotiation.BufferTypeOf(capability) is > 0 and var bufferType)
                {
                    List<DeviceCapability> capabilities = Capabilities(device, bufferType);
                    devices.Add(new DeviceInfo(DeviceApi.V4l2, DeviceKind.VideoSource, node, Text(capability.card), capabilities));
                }
            }
            catch (DeviceException)
            {
                // Another program uses it, or it has just disappeared.
            }
        }

        return devices;
    }

    /// <summary>Returns the device file of a device that is named by its file, its bus or its card.</summary>
    /// <exception cref="DeviceException">No capture device has that name.</exception>
    internal static string Resolve(IV4l2System system, string name)
    {
        if (name.StartsWith('/'))
        {
            return name;
        }

        foreach (string node in system.Nodes())
        {
            try
            {
                using V4l2Descriptor device = V4l2Descriptor.Open(system, node, name);
                v4l2_capability capability = V4l2Negotiation.Query(device);
                if (V4l2Negotiation.BufferTypeOf(capability) > 0 && (Text(capability.bus_info) == name || Text(capability.card) == name))
                {
                    return node;
                }
            }
            catch (DeviceException)
            {
                // As above; another device may have the name.
            }
        }

        throw DeviceErrors.Exception(DeviceErrors.Enoent, name, "Opening");
    }

    private static List<DeviceCapability> Capabilities(V4l2Descriptor device, uint bufferType)
    {
        var capabilities = new List<DeviceCapability>();
        foreach (uint format in V4l2Negotiation.Formats(device, bufferType))
        {
            List<(uint Width, uint Height)> sizes = V4l2Negotiation.Sizes(device, format);
            if (sizes.Count == 0)
            {
                v4l2_pix_format_mplane current = V4l2Negotiation.Current(device, bufferType);
                sizes.Add((current.width, current.height));
            }

            capabilities.AddRange(sizes.Select(size => new VideoCapability(
                V4l2Formats.Text(format),
                (int)size.Width,
                (int)size.Height,
                V4l2Negotiation.Rates(device, format, size.Width, size.Height))));
        }

        return capabilities;
    }

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}
