using System.Buffers.Binary;
using System.Runtime.InteropServices;
using RetroVue.Media.Formats;
using static RetroVue.Media.Devices.Interop.Alsa.LibAsound;

namespace RetroVue.Media.Devices.Alsa;

/// <summary>Properties of encodings, and the conversion between 24 bits and the pipeline's 32.</summary>
internal static class PcmEncodings
{
    /// <summary>Returns the device encodings that can be used for a pipeline's sample format, the best first.</summary>
    public static ReadOnlySpan<PcmEncoding> Of(SampleFormat format) => format switch
    {
        SampleFormat.U8 => [PcmEncoding.U8],
        SampleFormat.S16 => [PcmEncoding.S16],
        SampleFormat.S32 => [PcmEncoding.S32, PcmEncoding.S24In32, PcmEncoding.S24Packed],
        SampleFormat.F32 => [PcmEncoding.F32],
        _ => [],
    };

    public static int BytesPerSample(this PcmEncoding encoding) => encoding switch
    {
        PcmEncoding.U8 => 1,
        PcmEncoding.S16 => 2,
        PcmEncoding.S24Packed => 3,
        _ => 4,
    };

    /// <summary>Returns SND_PCM_FORMAT_*.</summary>
    public static int NativeFormat(this PcmEncoding encoding) => encoding switch
    {
        PcmEncoding.U8 => SND_PCM_FORMAT_U8,
        PcmEncoding.S16 => SND_PCM_FORMAT_S16_LE,
        PcmEncoding.S24In32 => SND_PCM_FORMAT_S24_LE,
        PcmEncoding.S24Packed => SND_PCM_FORMAT_S24_3LE,
        PcmEncoding.S32 => SND_PCM_FORMAT_S32_LE,
        _ => SND_PCM_FORMAT_FLOAT_LE,
    };

    /// <summary>True if the device's bytes are the same as the pipeline's.</summary>
    public static bool IsPipelines(this PcmEncoding encoding) => encoding is not (PcmEncoding.S24In32 or PcmEncoding.S24Packed);

    /// <summary>Converts samples of 24 bits to the upper bits of 32, in place if both have four bytes.</summary>
    public static void Widen(PcmEncoding encoding, ReadOnlySpan<byte> device, Span<byte> pipeline)
    {
        Span<int> to = MemoryMarshal.Cast<byte, int>(pipeline);
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = encoding == PcmEncoding.S24In32
                ? BinaryPrimitives.ReadInt32LittleEndian(device[(4 * i)..]) << 8
                : (device[3 * i] << 8) | (device[(3 * i) + 1] << 16) | (device[(3 * i) + 2] << 24);
        }
    }

    /// <summary>Converts samples of 32 bits to their upper 24.</summary>
    public static void Narrow(PcmEncoding encoding, ReadOnlySpan<byte> pipeline, Span<byte> device)
    {
        ReadOnlySpan<int> from = MemoryMarshal.Cast<byte, int>(pipeline);
        for (int i = 0; i < from.Length; i++)
        {
            if (encoding == PcmEncoding.S24In32)
            {
                BinaryPrimitives.WriteInt32LittleEndian(device[(4 * i)..], from[i] >> 8);
            }
            else
            {
                (device[3 * i], device[(3 * i) + 1], device[(3 * i) + 2]) = ((byte)(from[i] >> 8), (byte)(from[i] >> 16), (byte)(from[i] >> 24));
            }
        }
    }
}
