namespace RetroVue.Media.Elements.Coded;

/// <summary>Computes the length of frames of encoded sound from their headers.</summary>
internal static class SoundFrame
{
    /// <summary>The number of bytes that are read of a frame.</summary>
    public const int LongestHeader = 8;

    /// <summary>
    /// Returns the number of bytes of a frame including its header; 0 if there is no valid header, or it does not contain the length.
    /// </summary>
    /// <param name="stated">The parameters in its header.</param>
    /// <param name="frame">The frame, at least the number of bytes that are read.</param>
    public static int LengthOf(SoundStatement stated, ReadOnlySpan<byte> frame) => stated.Codec switch
    {
        // ISO/IEC 13818-7 6.2.
        SoundStatement.Adts => ((frame[3] & 3) << 11) | (frame[4] << 3) | (frame[5] >> 5),
        // ETSI TS 102 366 E.1.3.1.3.
        SoundStatement.Extended => ((((frame[2] & 7) << 8) | frame[3]) + 1) * 2,
        SoundStatement.Ac3 => LengthOfAc3(frame),
        _ => LengthOfMpeg(frame),
    };

    /// <summary>Computes the length by ETSI TS 102 366 table 4.13.</summary>
    private static int LengthOfAc3(ReadOnlySpan<byte> frame)
    {
        ReadOnlySpan<int> kilobits = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640];
        int code = frame[4] & 0x3F;
        return (code >> 1) >= kilobits.Length ? 0 : (frame[4] >> 6) switch
        {
            0 => kilobits[code >> 1] * 4,
            1 => ((kilobits[code >> 1] * 1000 * 1536 / 44_100 / 16) + (code & 1)) * 2,
            2 => kilobits[code >> 1] * 6,
            _ => 0,
        };
    }

    /// <summary>Computes the length by ISO/IEC 11172-3 2.4.3.1 and 13818-3 2.4.2.3.</summary>
    private static int LengthOfMpeg(ReadOnlySpan<byte> frame)
    {
        int version = (frame[1] >> 3) & 3, layer = 4 - ((frame[1] >> 1) & 3), index = frame[2] >> 4, padding = (frame[2] >> 1) & 1;
        ReadOnlySpan<int> kilobits = (version, layer) switch
        {
            (3, 1) => [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
            (3, 2) => [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
            (3, _) => [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
            (_, 1) => [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
            _ => [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
        };
        if (index >= kilobits.Length)
        {
            return 0;
        }

        int rate = ((frame[2] >> 2) & 3) switch { 0 => 44_100, 1 => 48_000, _ => 32_000 } >> (version == 3 ? 0 : version == 2 ? 1 : 2);
        int bits = kilobits[index] * 1000;
        return layer == 1 ? ((12 * bits / rate) + padding) * 4 : (bits == 0 ? 0 : ((layer == 3 && version != 3 ? 72 : 144) * bits / rate) + padding);
    }
}
