using RetroVue.Media.Formats;

namespace RetroVue.Media.Elements.Coded;

/// <summary>Tells by its bytes whether a stream of compressed pictures can be entered at a picture. Thread-safe.</summary>
/// <remarks>
/// What can be entered: H.264 at an IDR picture, and at an intra picture with a recovery point that is right at once; HEVC at any IRAP
/// picture (IDR, BLA, CRA); MPEG-1 and -2 at an intra picture. Pictures that are shown before the one entered, the leading ones of an open
/// group, refer to what was before and have to be left out. Of other codecs containers are believed.
/// </remarks>
public static class CodedEntry
{
    private const int RecoveryPoint = 6;
    private const int MostOnStack = 1024;

    /// <summary>True if a picture needs none before it, and none that is shown later does.</summary>
    /// <param name="format">What the packet is of.</param>
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

                    // 7 for a picture of which all slices are intra ones, 2 for a slice; a picture that none refers to is no beginning.
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

    /// <summary>Whether a unit of supplemental information (H.264 annex D) has a recovery point that is this picture itself.</summary>
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
