using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Alsa;

/// <summary>How a sound device is used.</summary>
public sealed record AlsaOptions
{
    /// <summary>The device by its ALSA name, such as "hw:CARD=Loopback,DEV=1", "plughw:0,0" or "default".</summary>
    public string Device { get; init; } = "default";

    /// <summary>
    /// The samples as the pipeline has them: interleaved U8, S16, S32 or F32, of 1 to 8 channels. If a device has 24 bits only, they
    /// are the upper ones of S32.
    /// </summary>
    public AudioFormat Format { get; init; } = new(SampleFormat.S16, 48_000, ChannelLayout.Stereo);

    /// <summary>Between two of the device's interrupts, and the length of a captured buffer; the device takes the nearest that it can.</summary>
    public ClockTime Period { get; init; } = ClockTime.FromMilliseconds(10);

    /// <summary>What the device's buffer holds: how late the reader may be before sound is lost, or the writer before there is silence.</summary>
    public ClockTime Buffer { get; init; } = ClockTime.FromMilliseconds(200);

    /// <summary>
    /// True: when the device goes while it is in use, the element waits for it and goes on, a source with a discontinuity, a sink with what is
    /// then due; the pipeline runs on by another clock. False: the pipeline fails. Null: a sink waits, a source fails.
    /// </summary>
    public bool? Reconnect { get; init; }

    /// <summary>Whether samples go through memory shared with the device, or through read and write.</summary>
    public AlsaAccess Access { get; init; }
}
