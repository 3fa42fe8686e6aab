using RetroVue.Media.Formats;

namespace RetroVue.Media.Devices.Alsa;

/// <summary>The parameters that a sound device accepted.</summary>
/// <param name="Device">The name by which it was opened.</param>
/// <param name="Format">The format of the pipeline's samples.</param>
/// <param name="Encoding">The encoding of the device's samples.</param>
/// <param name="PeriodSize">Frames between two of the device's interrupts.</param>
/// <param name="BufferSize">The length of the device's buffer in frames.</param>
internal sealed record PcmSetup(string Device, AudioFormat Format, PcmEncoding Encoding, int PeriodSize, int BufferSize)
{
    /// <summary>Bytes of one frame in the device's own encoding.</summary>
    public int BytesPerDeviceFrame => Encoding.BytesPerSample() * Format.Layout.Channels;
}
