using RetroVue.Media.Formats;

namespace RetroVue.Media.Devices.Alsa;

/// <summary>What a sound device and its user agreed on.</summary>
/// <param name="Device">The name it was opened by.</param>
/// <param name="Format">The format of the pipeline's samples.</param>
/// <param name="Encoding">How the device has them.</param>
/// <param name="PeriodSize">Frames between two of the device's interrupts.</param>
/// <param name="BufferSize">Frames that the device's buffer holds.</param>
internal sealed record PcmSetup(string Device, AudioFormat Format, PcmEncoding Encoding, int PeriodSize, int BufferSize)
{
    /// <summary>Bytes of one frame in the device's own encoding.</summary>
    public int BytesPerDeviceFrame => Encoding.BytesPerSample() * Format.Layout.Channels;
}
