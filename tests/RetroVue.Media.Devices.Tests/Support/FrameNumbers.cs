using System.Runtime.InteropServices;
using RetroVue.Media.Formats;

namespace RetroVue.Media.Devices.Tests.Support;

/// <summary>
/// Sound in which every sample, in every channel, is the number of its frame: from 1 up to a modulus, and then again. Zero is silence.
/// </summary>
internal static class FrameNumbers
{
    // The modulus is below 2^15. It is prime, so that no period or buffer divides it.
    private const int ModulusOf16 = 32_749;

    // The modulus is below 2^23: the upper three bytes of 32 bits hold such a number, and a float holds it exactly.
    private const int ModulusOf32 = 8_388_593;

    public static int Modulus(AudioFormat format) => format.SampleFormat == SampleFormat.S16 ? ModulusOf16 : ModulusOf32;

    public static void Write(AudioFormat format, long first, Span<byte> bytes)
    {
        int channels = format.Layout.Channels;
        int count = bytes.Length / format.BytesPerFrame * channels;
        for (int i = 0; i < count; i++)
        {
            int value = 1 + (int)((first + (i / channels)) % Modulus(format));
            switch (format.SampleFormat)
            {
                case SampleFormat.S16:
                    MemoryMarshal.Cast<byte, short>(bytes)[i] = (short)value;
                    break;
                case SampleFormat.F32:
                    MemoryMarshal.Cast<byte, float>(bytes)[i] = value;
                    break;
                default:
                    MemoryMarshal.Cast<byte, int>(bytes)[i] = value << 8;
                    break;
            }
        }
    }

    /// <summary>Returns the number of a frame; 0 for silence, -1 if the channels differ.</summary>
    public static int Read(AudioFormat format, ReadOnlySpan<byte> bytes, int frame)
    {
        int channels = format.Layout.Channels;
        int first = Sample(format, bytes, frame * channels);
        for (int i = 1; i < channels; i++)
        {
            if (Sample(format, bytes, (frame * channels) + i) != first)
            {
                return -1;
            }
        }

        return first;
    }

    private static int Sample(AudioFormat format, ReadOnlySpan<byte> bytes, int index) => format.SampleFormat switch
    {
        SampleFormat.S16 => MemoryMarshal.Cast<byte, short>(bytes)[index],
        SampleFormat.F32 => (int)MemoryMarshal.Cast<byte, float>(bytes)[index],
        _ => MemoryMarshal.Cast<byte, int>(bytes)[index] >> 8,
    };
}
