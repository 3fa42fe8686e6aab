using RetroVue.Media.Formats;

namespace RetroVue.Media.Elements.Coded;

/// <summary>
/// Recognises packets of H.264, HEVC and MPEG video in a stream that should contain another of these codecs. They occur if a transport
/// stream gets new tables that its reader does not follow. The first bytes of units decide: they are invalid in the other codec. A reader
/// of MPEG video puts all following data into one packet, so there each unit is checked; for other codecs only the first.
/// </summary>
internal static class OtherCodec
{
    private const byte HevcDelimiter = 0x46;

    /// <summary>Returns the codec of a packet if it differs from the stream's; null if the packet may belong to the stream.</summary>
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

    /// <summary>
    /// Looks for both parameter sets at the beginning of H.264 and HEVC: a single unit may be a slice with a damaged header.
    /// </summary>
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
            // A slice's number is the number of its row, and its quantiser is not 0 (ISO/IEC 13818-2 6.3.16).
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
    /// True for the beginning of HEVC, with a second byte of 1: delimiter, parameter sets and ordinary pictures. In H.264 these bytes would
    /// be supplemental information that other units refer to, or later partitions of slices without the first one.
    /// </summary>
    private static bool IsHevc(byte first, byte second) => second == 1 && first is (HevcDelimiter or 0x40 or 0x42 or 0x44 or 0x02 or 0x00);

    /// <summary>
    /// True for a slice partition, which the profile does not have, an IDR picture that is not a reference, or a set forbidden bit.
    /// </summary>
    private static bool IsNoH264(byte first) => first is >= 0x80 or 2 or 3 or 4 or 5;

    /// <summary>True for a layer that is not in use, or a set forbidden bit.</summary>
    private static bool IsNoHevc(byte first) => first >= 0x80 || (first & 1) != 0;

    /// <summary>
    /// True for a sequence parameter set of H.264, with a profile as its second byte. In HEVC its type and layer are not in use. Readers of
    /// HEVC put all following data into one packet, so it occurs only once.
    /// </summary>
    private static bool IsH264(byte first, byte second) => first is (0x67 or 0x27) && second is (66 or 77 or 88 or 100 or 110 or 122 or 244);
}
