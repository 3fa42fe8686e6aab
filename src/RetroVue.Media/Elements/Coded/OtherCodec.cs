using RetroVue.Media.Formats;

namespace RetroVue.Media.Elements.Coded;

/// <summary>
/// Tells packets of H.264, HEVC and MPEG video in a stream of another of these, as they come after new tables of a transport stream that
/// its reader does not follow: by how units begin, for what begins that way in one is against the rules of the other. A reader of MPEG
/// video puts all that follows into one packet, so there every unit is looked at; elsewhere the first.
/// </summary>
internal static class OtherCodec
{
    private const byte HevcDelimiter = 0x46;

    /// <summary>The codec that a packet is of where it is of another one than its stream; null if it may be of the stream's.</summary>
    public static string? Find(EncodedFormat format, ReadOnlySpan<byte> packet)
    {
        if (format.Codec is "mpeg1video" or "mpeg2video")
        {
            return FindInMpeg(format, packet);
        }

        ReadOnlySpan<byte> startCode = [0, 0, 1];
        int at = packet[..Math.Min(packet.Length, startCode.Length + 1)].IndexOf(startCode) + startCode.Length;
        if (format.Codec is not "h264" and not "hevc" || at < startCode.Length || at + 1 >= packet.Length || NalUnits.LengthSizeOf(format) != 0)
        {
            return null;
        }

        (byte first, byte second) = (packet[at], packet[at + 1]);
        return format.Codec == "h264"
            ? IsHevc(first, second) ? "hevc" : IsNoH264(first) && format.Profile != "Extended" ? "mpeg2video" : null
            : IsH264(first, second) ? "h264" : IsNoHevc(first) ? "mpeg2video" : null;
    }

    /// <summary>Looks for both parameter sets that H.264 and HEVC begin with: a single unit may be a slice with a damaged header.</summary>
    private static string? FindInMpeg(EncodedFormat format, ReadOnlySpan<byte> packet)
    {
        const int tallest = 2800;
        ReadOnlySpan<byte> startCode = [0, 0, 1];
        int rows = ((format.Video?.Height ?? tallest) + 15) / 16;
        (bool hasH264, bool hasHevc) = (false, false);
        while (rows < tallest / 16 && packet.IndexOf(startCode) is var at and >= 0 && at + startCode.Length + 1 < packet.Length)
        {
            packet = packet[(at + startCode.Length)..];
            (byte first, byte second) = (packet[0], packet[1]);
            // A slice's number is that of its row, and its quantiser is not 0 (ISO/IEC 13818-2 6.3.16).
            if (first > rows && hasH264 && (first & 0x9F) == 8)
            {
                return "h264";
            }

            if (hasHevc && first == 0x44 && second == 1)
            {
                return "hevc";
            }

            hasH264 |= first > rows && IsH264(first, second);
            hasHevc |= first == 0x42 && second == 1;
        }

        return null;
    }

    /// <summary>
    /// As HEVC begins, with a second byte of 1: delimiter, parameter sets and ordinary pictures. In H.264 they would be information that
    /// others refer to, or parts of slices without their beginning.
    /// </summary>
    private static bool IsHevc(byte first, byte second) => second == 1 && first is (HevcDelimiter or 0x40 or 0x42 or 0x44 or 0x02 or 0x00);

    /// <summary>A part of a slice, which the profile does not have, an IDR picture that none refers to, or the bit that is never set.</summary>
    private static bool IsNoH264(byte first) => first is >= 0x80 or 2 or 3 or 4 or 5;

    /// <summary>Of a layer that nobody uses, or with the bit that is never set.</summary>
    private static bool IsNoHevc(byte first) => first >= 0x80 || (first & 1) != 0;

    /// <summary>
    /// A parameter set for sequences of H.264, with a profile as its second byte. In HEVC it would be of a kind and layer that nobody uses;
    /// readers of HEVC put all that follows into one packet, so it comes once.
    /// </summary>
    private static bool IsH264(byte first, byte second) => first is (0x67 or 0x27) && second is (66 or 77 or 88 or 100 or 110 or 122 or 244);
}
