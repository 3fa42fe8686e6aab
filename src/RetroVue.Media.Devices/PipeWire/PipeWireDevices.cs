using System.Globalization;
using System.Runtime.InteropServices;
using RetroVue.Media.Devices.Interop.PipeWire;
using RetroVue.Media.Time;
using static RetroVue.Media.Devices.Interop.PipeWire.PipeWireBridge;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>Lists the nodes of a PipeWire daemon from which media can be recorded, or to which it can be played.</summary>
/// <remarks>Thread-safe. Connects for a moment each time, so call it on a thread that may block.</remarks>
public static unsafe class PipeWireDevices
{
    private const int Capacity = 256;
    private const int CapabilityCapacity = 4096;

    private static readonly ClockTime s_limit = ClockTime.FromSeconds(2);

    /// <summary>
    /// Returns the nodes of the classes Audio/Source, Audio/Sink, Audio/Duplex and Video/Source; none if no daemon runs. The id is the
    /// node's name, or its serial number if two nodes have the same name: <see cref="PipeWireOptions.Target"/> accepts both.
    /// </summary>
    /// <param name="remote">The daemon: its name, or the path of its socket; null for the session's own.</param>
    /// <exception cref="DeviceException">There is a daemon, but it does not answer within two seconds.</exception>
    /// <exception cref="DeviceLibraryException">The bridge to PipeWire is missing.</exception>
    public static IReadOnlyList<DeviceInfo> List(string? remote = null)
    {
        PipeWireClient client;
        try
        {
            client = PipeWireClient.Connect(remote, "RetroVue.Media", s_limit);
        }
        catch (DeviceException exception) when (PipeWireErrors.IsNoDaemon(exception.ErrorCode))
        {
            return [];
        }

        using (client)
        {
            var nodes = new rv_pw_node[Capacity];
            var capabilities = new rv_pw_capability[CapabilityCapacity];
            int nodeCount, capabilityCount;
            fixed (rv_pw_node* node = nodes)
            fixed (rv_pw_capability* capability = capabilities)
            {
                int limit = PipeWireClient.Milliseconds(s_limit);
                int code = rv_pw_list(
                    client.Pointer, limit, node, Capacity, &nodeCount, capability, CapabilityCapacity, &capabilityCount);
                if (code < 0)
                {
                    throw PipeWireErrors.Connecting(remote, -code);
                }
            }

            return Describe(
                nodes.AsSpan(0, Math.Min(nodeCount, Capacity)),
                capabilities.AsSpan(0, Math.Min(capabilityCount, CapabilityCapacity)));
        }
    }

    private static List<DeviceInfo> Describe(ReadOnlySpan<rv_pw_node> nodes, ReadOnlySpan<rv_pw_capability> capabilities)
    {
        var devices = new List<DeviceInfo>();
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (ref readonly rv_pw_node node in nodes)
        {
            fixed (byte* name = node.name)
            {
                string text = Text(name);
                names[text] = names.GetValueOrDefault(text) + 1;
            }
        }

        for (int i = 0; i < nodes.Length; i++)
        {
            fixed (rv_pw_node* node = &nodes[i])
            {
                string name = Text(node->name);
                string id = names[name] == 1 && name.Length > 0 ? name : node->serial.ToString(CultureInfo.InvariantCulture);
                foreach (DeviceKind kind in KindsOf(Text(node->media_class)))
                {
                    devices.Add(new DeviceInfo(DeviceApi.PipeWire, kind, id, Text(node->description), CapabilitiesOf(i, capabilities)));
                }
            }
        }

        return devices;
    }

    private static DeviceKind[] KindsOf(string mediaClass) => mediaClass switch
    {
        "Audio/Source" or "Audio/Source/Virtual" => [DeviceKind.AudioSource],
        "Audio/Sink" => [DeviceKind.AudioSink],
        "Audio/Duplex" => [DeviceKind.AudioSource, DeviceKind.AudioSink],
        "Video/Source" => [DeviceKind.VideoSource],
        _ => [],
    };

    private static List<DeviceCapability> CapabilitiesOf(int node, ReadOnlySpan<rv_pw_capability> capabilities)
    {
        var list = new List<DeviceCapability>();
        foreach (ref readonly rv_pw_capability capability in capabilities)
        {
            if (capability.node != node)
            {
                continue;
            }

            if (capability.media == (int)rv_pw_media.RV_PW_VIDEO)
            {
                Rational rate = PipeWireFormats.ToRational(capability.frame_rate);
                list.Add(new VideoCapability(
                    PipeWireFormats.NameOf(capability.format), capability.width, capability.height, rate.IsPositive ? [rate] : []));
            }
            else
            {
                list.Add(AudioCapability.Of(
                    PipeWireFormats.ToSampleFormat(capability.format),
                    capability.min_rate,
                    capability.max_rate,
                    capability.min_channels,
                    capability.max_channels));
            }
        }

        return list;
    }

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}
