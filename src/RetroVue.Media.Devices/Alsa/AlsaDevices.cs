using System.Runtime.InteropServices;
using System.Text;
using RetroVue.Media.Devices.Interop.Alsa;
using RetroVue.Media.Formats;
using static RetroVue.Media.Devices.Interop.Alsa.LibAsound;

namespace RetroVue.Media.Devices.Alsa;

/// <summary>Lists ALSA's sound devices: the hardware, and plugins such as "default" that represent a whole system.</summary>
/// <remarks>Source: alsa-lib's device name hints (control.h), and the parameters of each device (pcm.h).</remarks>
public static unsafe class AlsaDevices
{
    private static readonly SampleFormat[] s_formats = [SampleFormat.U8, SampleFormat.S16, SampleFormat.S32, SampleFormat.F32];

    /// <summary>Returns the devices; opens each of them for a moment.</summary>
    /// <exception cref="DeviceLibraryException">alsa-lib is not installed.</exception>
    public static IReadOnlyList<DeviceInfo> List()
    {
        AlsaLog.Silence();
        var devices = new List<DeviceInfo>();
        void** hints = null;
        fixed (byte* pcm = "pcm\0"u8)
        {
            // Without a sound card there may be no configuration to read: then the list is empty.
            if (snd_device_name_hint(-1, pcm, &hints) < 0)
            {
                return devices;
            }
        }

        try
        {
            for (void** hint = hints; *hint != null; hint++)
            {
                Add(devices, *hint);
            }
        }
        finally
        {
            _ = snd_device_name_free_hint(hints);
        }

        return devices;
    }

    private static void Add(List<DeviceInfo> devices, void* hint)
    {
        string id = Take(hint, "NAME\0"u8) ?? "";
        // "surround51:CARD=..." and similar names are views of the same hardware.
        if (!id.StartsWith("hw:", StringComparison.Ordinal) && (id.Contains(':', StringComparison.Ordinal) || id == "null"))
        {
            return;
        }

        string name = (Take(hint, "DESC\0"u8) ?? id).Split('\n')[0];
        string? direction = Take(hint, "IOID\0"u8);
        if (direction is null or "Output")
        {
            AddIfThere(devices, DeviceKind.AudioSink, id, name);
        }

        if (direction is null or "Input")
        {
            AddIfThere(devices, DeviceKind.AudioSource, id, name);
        }
    }

    private static void AddIfThere(List<DeviceInfo> devices, DeviceKind kind, string id, string name)
    {
        _snd_pcm* pcm = null;
        int stream = kind == DeviceKind.AudioSource ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK;
        int code;
        fixed (byte* text = Encoding.UTF8.GetBytes(id + '\0'))
        {
            code = snd_pcm_open(&pcm, text, stream, SND_PCM_NONBLOCK);
        }

        if (code < 0)
        {
            if (code == -Native.DeviceErrors.Ebusy)
            {
                devices.Add(new DeviceInfo(DeviceApi.Alsa, kind, id, name, []));
            }

            return;
        }

        try
        {
            devices.Add(new DeviceInfo(DeviceApi.Alsa, kind, id, name, Capabilities(pcm)));
        }
        finally
        {
            _ = snd_pcm_close(pcm);
        }
    }

    private static List<DeviceCapability> Capabilities(_snd_pcm* pcm)
    {
        var capabilities = new List<DeviceCapability>();
        _snd_pcm_hw_params* hardware = null;
        if (snd_pcm_hw_params_malloc(&hardware) < 0)
        {
            return capabilities;
        }

        try
        {
            foreach (SampleFormat format in s_formats)
            {
                foreach (PcmEncoding encoding in PcmEncodings.Of(format))
                {
                    if (CapabilityOf(pcm, hardware, format, encoding) is { } capability)
                    {
                        capabilities.Add(capability);
                        break;
                    }
                }
            }
        }
        finally
        {
            snd_pcm_hw_params_free(hardware);
        }

        return capabilities;
    }

    private static AudioCapability? CapabilityOf(_snd_pcm* pcm, _snd_pcm_hw_params* hardware, SampleFormat format, PcmEncoding encoding)
    {
        uint fewest = 0;
        uint most = 0;
        uint slowest = 0;
        uint fastest = 0;
        int direction = 0;
        bool isTold = snd_pcm_hw_params_any(pcm, hardware) >= 0
            && snd_pcm_hw_params_set_format(pcm, hardware, encoding.NativeFormat()) >= 0
            && snd_pcm_hw_params_get_channels_min(hardware, &fewest) >= 0
            && snd_pcm_hw_params_get_channels_max(hardware, &most) >= 0
            && snd_pcm_hw_params_get_rate_min(hardware, &slowest, &direction) >= 0
            && snd_pcm_hw_params_get_rate_max(hardware, &fastest, &direction) >= 0;
        return isTold ? AudioCapability.Of(format, slowest, fastest, fewest, most) : null;
    }

    /// <summary>Returns a hint's text, which the caller must free.</summary>
    private static string? Take(void* hint, ReadOnlySpan<byte> key)
    {
        byte* text;
        fixed (byte* name = key)
        {
            text = snd_device_name_get_hint(hint, name);
        }

        if (text == null)
        {
            return null;
        }

        string taken = Marshal.PtrToStringUTF8((nint)text)!;
        LibcHeap.free(text);
        return taken;
    }
}
