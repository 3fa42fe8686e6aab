using RetroVue.Media.Formats;

namespace RetroVue.Media.Elements.Coded;

/// <summary>Finds out from the bytes of a picture whether a stream of compressed pictures can be joined there. Thread-safe.</summary>
/// <remarks>
/// A join point is an IDR picture of H.264, or an intra picture with a recovery point that applies at once; any IRAP picture of HEVC (IDR,
/// BLA, CRA); an intra picture of MPEG-1 or MPEG-2. Pictures that are shown before the join point, the leading pictures of an open GOP,
/// refer to earlier ones and have to be dropped. For other codecs the container's key frame flag counts.
/// </remarks>
public static class CodedEntry
{
    private const int RecoveryPoint = 6;
    private const int MostOnStack = 1024;

    /// <summary>True if neither the picture nor any picture shown after it refers to earlier pictures.</summary>
    /// <param name="format">The format of the packet.</param>
    /// <param name="packet">A packet that the container or a parser calls a key frame.</param>
    public static bool IsEntry(EncodedFormat format, ReadOnlySpan<byte> packet)
    {
        ArgumentNullException.ThrowIfNull(format);
        return format.Codec switch
        {
            "h264" => IsEntryOfH264(new NalUnits(packet, NalUnits.LengthSizeOf(format))),
            "hevc" => IsEntryOfHevc(new NalUnits(packet, NalUnits.LengthSizeOf(format))),
            "mpeg1video" or "mpeg2video" => IsEntryOfMpegVideo(packet),
            _ => true,
        };
    }

    private static bool IsEntryOfH264(NalUnits units)
    {
        bool recovers = false, isIntra = false;
        while (units.MoveNext())
        {
            byte header = units.Unit[0];
            switch (header & 0x1F)
            {
                case 5:
                    return true;
                case 6:
                    recovers |= RecoversAtOnce(units.Unit[1..]);
                    break;
                case 1:
                    var bits = new BitReader(units.Unit[1..]);
                    bool isFirst = bits.Unsigned() == 0;
                    uint kind = bits.Unsigned();
                    if (isFirst && isIntra)
                    {
                        // The second field.
                        return true;
                    }

                    // 7 means a picture that consists of intra slices only, 2 an intra slice. A picture that no other refers to is not a
                    // join point.
                    if (!recovers || kind is not 2 and not 7 || (header & 0x60) == 0)
                    {
                        return false;
                    }

                    isIntra = true;
                    if (kind == 7)
                    {
                        return true;
                    }

                    break;
                case 2 or 3 or 4:
                    return false;
            }
        }

        return isIntra;
    }

    /// <summary>True if a unit of supplemental information (H.264 annex D) contains a recovery point at this picture itself.</summary>
    private static bool RecoversAtOnce(ReadOnlySpan<byte> unit)
    {
        Span<byte> plain = unit.Length <= MostOnStack ? stackalloc byte[MostOnStack] : new byte[unit.Length];
        ReadOnlySpan<byte> information = plain[..NalBytes.Unescape(unit, plain)];
        for (int at = 0; at + 2 < information.Length;)
        {
            int kind = ReadNumber(information, ref at), size = ReadNumber(information, ref at);
            if (kind == RecoveryPoint)
            {
                return at < information.Length && new BitReader(information[at..]).Unsigned() == 0;
            }

            at += size;
        }

        return false;
    }

    private static int ReadNumber(ReadOnlySpan<byte> information, ref int at)
    {
        int number = 0;
        while (at < information.Length)
        {
            byte value = information[at++];
            number += value;
            if (value != 0xFF)
            {
                break;
            }
        }

        return number;
    }

    private static bool IsEntryOfHevc(NalUnits units)
    {
        while (units.MoveNext())
        {
            int type = (units.Unit[0] >> 1) & 0x3F;
            if (type < 32)
            {
                return type is >= 16 and <= 21;
            }
        }

        return false;
    }

    private static bool IsEntryOfMpegVideo(ReadOnlySpan<byte> packet)
    {
        ReadOnlySpan<byte> pictureStartCode = [0, 0, 1, 0];
        int at = packet.IndexOf(pictureStartCode);
        // picture_coding_type comes after ten bits of temporal_reference (ISO/IEC 13818-2 6.2.3); 1 is intra.
        return at >= 0 && at + 5 < packet.Length && ((packet[at + 5] >> 3) & 7) == 1;
    }
}
