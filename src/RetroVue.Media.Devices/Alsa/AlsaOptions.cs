using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Alsa;

/// <summary>The options of a sound device.</summary>
public sealed record AlsaOptions
{
    /// <summary>The device by its ALSA name, such as "hw:CARD=Loopback,DEV=1", "plughw:0,0" or "default".</summary>
    public string Device { get; init; } = "default";

    /// <summary>
    /// The format of the samples in the pipeline: interleaved U8, S16, S32 or F32, with 1 to 8 channels. If a device only has 24 bits, they
    /// are the upper bits of S32.
    /// </summary>
    public AudioFormat Format { get; init; } = new(SampleFormat.S16, 48_000, ChannelLayout.Stereo);

    /// <summary>
    /// The time between two of the device's interrupts, and the length of a captured buffer; the device uses the nearest possible value.
    /// </summary>
    public ClockTime Period { get; init; } = ClockTime.FromMilliseconds(10);

    /// <summary>
    /// The length of the device's buffer: how late the reader may be before sound is lost, or the writer before there is silence.
    /// </summary>
    public ClockTime Buffer { get; init; } = ClockTime.FromMilliseconds(200);

    /// <summary>
    /// True: if the device disappears during use, the element waits for it and then goes on, a source with a discontinuity, a sink with the
    /// sound that is then due; meanwhile the pipeline follows another clock. False: the pipeline fails. Null: a sink waits, a source fails.
    /// </summary>
    public bool? Reconnect { get; init; }

    /// <summary>How samples are transferred: through shared memory, or by read and write.</summary>
    public AlsaAccess Access { get; init; }
}
