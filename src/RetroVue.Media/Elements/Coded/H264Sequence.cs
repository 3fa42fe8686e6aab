using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Coded;

/// <summary>Reads the pictures' parameters from a sequence parameter set of H.264 (ITU-T H.264 7.3.2.1.1).</summary>
internal static class H264Sequence
{
    /// <summary>Reads a set without prevention bytes; null if it is damaged.</summary>
    public static PictureStatement? Read(ReadOnlySpan<byte> unit)
    {
        var bits = new BitReader(unit);
        bits.Skip(8);
        uint profile = bits.Bits(8), constraints = bits.Bits(8);
        bits.Bits(8);
        bits.Unsigned();
        uint chroma = H264Parameters.ReadChroma(ref bits, profile, out bool _);
        bits.Unsigned();
        uint orderKind = bits.Unsigned();
        if (orderKind == 0)
        {
            bits.Unsigned();
        }
        else if (orderKind == 1)
        {
            bits.Flag();
            bits.Signed();
            bits.Signed();
            for (uint left = bits.Unsigned(); left > 0 && !bits.IsBeyondEnd; left--)
            {
                bits.Signed();
            }
        }

        bits.Unsigned();
        bits.Flag();
        long width = (bits.Unsigned() + 1L) * 16, height = (bits.Unsigned() + 1L) * 16;
        bool hasFields = !bits.Flag();
        if (hasFields)
        {
            height *= 2;
            bits.Flag();
        }

        bits.Flag();
        if (bits.Flag())
        {
            // The crop is in whole samples of chroma, of both fields.
            int across = chroma is 1 or 2 ? 2 : 1, down = (chroma == 1 ? 2 : 1) * (hasFields ? 2 : 1);
            width -= across * ((long)bits.Unsigned() + bits.Unsigned());
            height -= down * ((long)bits.Unsigned() + bits.Unsigned());
        }

        (Rational aspect, ColorDescription color) = (default, default);
        if (bits.Flag())
        {
            aspect = bits.Flag() ? PictureStatement.ReadAspect(ref bits) : default;
            if (bits.Flag())
            {
                bits.Flag();
            }

            color = bits.Flag() ? PictureStatement.ReadColor(ref bits) : default;
        }

        return bits.IsBeyondEnd || width is <= 0 or > 65535 || height is <= 0 or > 65535
            ? null
            : new PictureStatement(ProfileName(profile, constraints), (int)width, (int)height, aspect, color);
    }

    private static string ProfileName(uint profile, uint constraints) => profile switch
    {
        66 => (constraints & 0x40) != 0 ? "Constrained Baseline" : "Baseline",
        77 => "Main",
        88 => "Extended",
        100 => "High",
        110 => (constraints & 0x10) != 0 ? "High 10 Intra" : "High 10",
        122 => (constraints & 0x10) != 0 ? "High 4:2:2 Intra" : "High 4:2:2",
        244 => (constraints & 0x10) != 0 ? "High 4:4:4 Intra" : "High 4:4:4 Predictive",
        _ => $"profile {profile}",
    };
}
