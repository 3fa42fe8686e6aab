using System.Globalization;
using RetroVue.Media.Formats;

namespace RetroVue.Runtime.AspNetCore.Streams;

/// <summary>Names of codecs for playlists and browsers (RFC 6381, and the registrations that it refers to).</summary>
internal static class CodecName
{
    private const int ConstraintBytes = 6;

    /// <summary>Returns the name, such as "avc1.64001F"; null if there is none.</summary>
    public static string? Of(EncodedFormat format) => format.Codec switch
    {
        "h264" => OfH264(format),
        "hevc" => OfHevc(format),
        // ISO/IEC 14496-3 audio object types; LC by default.
        "aac" => format.Profile switch { "HE-AAC" => "mp4a.40.5", "HE-AACv2" => "mp4a.40.29", "Main" => "mp4a.40.1", _ => "mp4a.40.2" },
        "mp1" => "mp4a.40.32",
        "mp2" => "mp4a.40.33",
        "mp3" => "mp4a.40.34",
        "ac3" => "ac-3",
        "eac3" => "ec-3",
        // Object type indications of ISO/IEC 14496-1: MPEG-2 video main profile, MPEG-1 video.
        "mpeg2video" => "mp4v.61",
        "mpeg1video" => "mp4v.6A",
        _ => null,
    };

    /// <summary>Returns profile_idc, the constraint flags and level_idc, the first bytes of the sequence parameter set.</summary>
    private static string OfH264(EncodedFormat format)
    {
        ReadOnlySpan<byte> sets = format.ParameterSets.Span;
        ReadOnlySpan<byte> three = sets is [1, _, _, _, ..] ? sets[1..4] : FindUnit(sets, head => (head & 0x1F) == 7) is { Length: >= 4 } unit ? unit[1..4] : default;
        return three.Length == 3
            ? $"avc1.{Convert.ToHexString(three)}"
            : string.Create(CultureInfo.InvariantCulture, $"avc1.{H264Profile(format.Profile)}{(format.Level > 0 ? format.Level : 40):X2}");
    }

    private static string H264Profile(string? name) => name switch
    {
        "Baseline" => "4200",
        "Constrained Baseline" => "4240",
        "Main" => "4D00",
        "High 10" => "6E00",
        "High 4:2:2" => "7A00",
        "High 4:4:4 Predictive" => "F400",
        _ => "6400",
    };

    /// <summary>
    /// Returns profile, compatibility flags in reverse order, tier, level, and the constraint bytes up to the last non-zero one (ISO/IEC
    /// 14496-15 E.3).
    /// </summary>
    private static string OfHevc(EncodedFormat format)
    {
        ReadOnlySpan<byte> sets = format.ParameterSets.Span;
        // profile_tier_level: in the configuration record it follows the version, in the parameter set the header and one byte of ids.
        Span<byte> unescaped = stackalloc byte[64];
        ReadOnlySpan<byte> told = sets is [1, ..] ? sets[1..] : Unescape(FindUnit(sets, head => ((head >> 1) & 0x3F) == 33), unescaped) is { Length: > 3 } unit ? unit[3..] : default;
        CultureInfo plain = CultureInfo.InvariantCulture;
        if (told.Length < 6 + ConstraintBytes)
        {
            return string.Create(plain, $"hvc1.{(format.Profile == "Main 10" ? "2.4" : "1.6")}.L{(format.Level > 0 ? format.Level : 120)}.B0");
        }

        uint flags = 0;
        for (int bit = 0; bit < 32; bit++)
        {
            flags |= (uint)((told[1 + (bit / 8)] >> (7 - (bit % 8))) & 1) << bit;
        }

        string space = (told[0] >> 6) switch { 0 => "", int number => ((char)('A' + number - 1)).ToString() };
        string name = string.Create(plain, $"hvc1.{space}{told[0] & 0x1F}.{flags:X}.{((told[0] & 0x20) == 0 ? 'L' : 'H')}{told[5 + ConstraintBytes]}");
        ReadOnlySpan<byte> constraints = told.Slice(5, ConstraintBytes).TrimEnd((byte)0);
        foreach (byte constraint in constraints)
        {
            name += string.Create(plain, $".{constraint:X}");
        }

        return name;
    }

    /// <summary>Returns the first unit after a start code whose first byte matches.</summary>
    private static ReadOnlySpan<byte> FindUnit(ReadOnlySpan<byte> stream, Func<byte, bool> isWanted)
    {
        for (int at = stream.IndexOf((ReadOnlySpan<byte>)[0, 0, 1]); at >= 0;)
        {
            stream = stream[(at + 3)..];
            at = stream.IndexOf((ReadOnlySpan<byte>)[0, 0, 1]);
            if (stream.Length > 0 && isWanted(stream[0]))
            {
                return at < 0 ? stream : stream[..at];
            }
        }

        return default;
    }

    /// <summary>Removes the emulation prevention bytes.</summary>
    private static ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> unit, Span<byte> into)
    {
        int length = 0, zeros = 0;
        foreach (byte value in unit)
        {
            if (zeros >= 2 && value == 3)
            {
                zeros = 0;
                continue;
            }

            if (length == into.Length)
            {
                break;
            }

            into[length++] = value;
            zeros = value == 0 ? zeros + 1 : 0;
        }

        return into[..length];
    }
}
