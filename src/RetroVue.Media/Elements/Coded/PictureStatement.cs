using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Coded;

/// <summary>
/// The visible parameters of a stream's pictures, from its own parameter sets. If they allow fields, pictures need not have any.
/// </summary>
/// <param name="Profile">The profile by FFmpeg's name; null if it has none here.</param>
/// <param name="Width">The displayed width.</param>
/// <param name="Height">The displayed height.</param>
/// <param name="Aspect">The shape of a pixel; default if not declared.</param>
/// <param name="Color">The colours; null if not declared.</param>
/// <param name="FrameRate">The frame rate, if it is more than a hint; otherwise default.</param>
internal sealed record PictureStatement(
    string? Profile,
    int Width,
    int Height,
    Rational Aspect,
    ColorDescription Color,
    Rational FrameRate = default)
{
    /// <summary>ITU-T H.264 table E-1, the same in H.265.</summary>
    private static readonly Rational[] s_aspects =
    [
        default, new(1, 1), new(12, 11), new(10, 11), new(16, 11), new(40, 33), new(24, 11), new(20, 11), new(32, 11), new(80, 33),
        new(18, 11), new(15, 11), new(64, 33), new(160, 99), new(4, 3), new(3, 2), new(2, 1),
    ];

    /// <summary>Reads a format's parameter sets; null if it has none that can be read.</summary>
    public static PictureStatement? OfSets(EncodedFormat format)
    {
        ReadOnlySpan<byte> sets = format.ParameterSets.Span;
        int lengthSize = format.Codec is "h264" or "hevc" ? NalUnits.LengthSizeOf(format) : 0;
        if (lengthSize == 0)
        {
            return Of(format, sets, null, 0);
        }

        // A record of parameter sets (ISO/IEC 14496-15 5.3.3.1 and 8.3.3.1) has a length of two bytes before each set.
        return format.Codec switch
        {
            "h264" => sets.Length > 8 && (sets[5] & 0x1F) > 0 ? OfUnit(format, UnitAt(sets, 6)) : null,
            _ => OfUnit(format, FirstSequenceOf(sets)),
        };
    }

    /// <summary>Returns the part of a packet that contains all its sequence parameter sets; empty if it has none.</summary>
    public static ReadOnlySpan<byte> FindSets(EncodedFormat format, ReadOnlySpan<byte> packet)
    {
        switch (format.Codec)
        {
            case "h264" or "hevc":
                int from = -1, until = -1;
                for (var units = new NalUnits(packet, NalUnits.LengthSizeOf(format)); units.MoveNext() && !IsSlice(format, units.Unit);)
                {
                    if (IsSequence(format, units.Unit))
                    {
                        from = from < 0 ? units.Start : from;
                        until = units.End;
                    }
                }

                return from < 0 ? default : packet[from..until];
            case "mpeg1video" or "mpeg2video":
                return MpegVideoHeaders.Find(packet);
            default:
                return default;
        }
    }

    /// <summary>
    /// Reads the parameters of a packet; null if it has none. If it has several sequence parameter sets, prefers the known one, which may
    /// be in use.
    /// </summary>
    public static PictureStatement? Of(EncodedFormat format, ReadOnlySpan<byte> packet, PictureStatement? known) =>
        Of(format, packet, known, format.Codec is "h264" or "hevc" ? NalUnits.LengthSizeOf(format) : 0);

    /// <summary>Returns the statement with the size of a format, if the format has one.</summary>
    public PictureStatement WithSizeOf(EncodedFormat format) =>
        format.Video is { Width: > 0, Height: > 0 } video ? this with { Width = video.Width, Height = video.Height } : this;

    /// <summary>Returns a format with the differences between this statement and an earlier one applied.</summary>
    public EncodedFormat ApplyTo(EncodedFormat format, PictureStatement before)
    {
        VideoFormat video = format.Video ?? new VideoFormat(PixelFormat.Unknown, Width, Height, default);
        video = (Width, Height) == (before.Width, before.Height) ? video : video with { Width = Width, Height = Height };
        video = Aspect == before.Aspect ? video : video with { SampleAspectRatio = Aspect.IsPositive ? Aspect : new Rational(1, 1) };
        video = Color == before.Color ? video : video with { Color = Color };
        video = FrameRate == before.FrameRate ? video : video with { FrameRate = FrameRate };
        return (Profile == before.Profile ? format : format with { Profile = Profile, ProfileNumber = null }) with { Video = video };
    }

    /// <summary>Reads the shape of a pixel: a table index, or 255 with numerator and denominator.</summary>
    public static Rational ReadAspect(ref BitReader bits)
    {
        uint number = bits.Bits(8);
        if (number == 255)
        {
            return new Rational((int)bits.Bits(16), (int)bits.Bits(16));
        }

        return number < s_aspects.Length ? s_aspects[number] : default;
    }

    /// <summary>Reads video_signal_type of the usability information (ITU-T H.264 E.1.1, H.265 E.2.1), which is the same in both.</summary>
    public static ColorDescription ReadColor(ref BitReader bits)
    {
        bits.Bits(3);
        string range = bits.Flag() ? "pc" : "tv";
        return bits.Flag()
            ? new ColorDescription(range, ColorNames.Primaries(bits.Bits(8)), ColorNames.Transfer(bits.Bits(8)), ColorNames.Matrix(bits.Bits(8)))
            : new ColorDescription(range, null, null, null);
    }

    private static PictureStatement? Of(EncodedFormat format, ReadOnlySpan<byte> bytes, PictureStatement? known, int lengthSize)
    {
        if (format.Codec is "mpeg1video" or "mpeg2video")
        {
            return MpegVideoHeaders.Read(bytes);
        }

        PictureStatement? first = null;
        if (format.Codec is "h264" or "hevc")
        {
            for (var units = new NalUnits(bytes, lengthSize); units.MoveNext() && !IsSlice(format, units.Unit);)
            {
                PictureStatement? stated = IsSequence(format, units.Unit) ? OfUnit(format, units.Unit) : null;
                if (stated is not null && stated == known)
                {
                    return stated;
                }

                first ??= stated;
            }
        }

        return first;
    }

    private static PictureStatement? OfUnit(EncodedFormat format, ReadOnlySpan<byte> unit)
    {
        if (unit.IsEmpty || !IsSequence(format, unit))
        {
            return null;
        }

        byte[] plain = new byte[unit.Length];
        ReadOnlySpan<byte> bytes = plain.AsSpan(0, NalBytes.Unescape(unit, plain));
        return format.Codec == "h264" ? H264Sequence.Read(bytes) : HevcSequence.Read(bytes);
    }

    private static bool IsSequence(EncodedFormat format, ReadOnlySpan<byte> unit) =>
        format.Codec == "h264" ? (unit[0] & 0x1F) == 7 : ((unit[0] >> 1) & 0x3F) == 33;

    private static bool IsSlice(EncodedFormat format, ReadOnlySpan<byte> unit) =>
        format.Codec == "h264" ? (unit[0] & 0x1F) is >= 1 and <= 5 : ((unit[0] >> 1) & 0x3F) < 32;

    private static ReadOnlySpan<byte> UnitAt(ReadOnlySpan<byte> record, int at)
    {
        int length = at + 2 <= record.Length ? (record[at] << 8) | record[at + 1] : 0;
        return at + 2 + length <= record.Length ? record.Slice(at + 2, length) : default;
    }

    private static ReadOnlySpan<byte> FirstSequenceOf(ReadOnlySpan<byte> record)
    {
        int at = 23;
        for (int arrays = record.Length > 22 ? record[22] : 0; arrays > 0 && at + 3 <= record.Length; arrays--)
        {
            int type = record[at] & 0x3F, count = (record[at + 1] << 8) | record[at + 2];
            at += 3;
            for (; count > 0 && at + 2 <= record.Length; count--)
            {
                ReadOnlySpan<byte> unit = UnitAt(record, at);
                if (type == 33)
                {
                    return unit;
                }

                at += 2 + unit.Length;
            }
        }

        return default;
    }
}
