using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Coded;

/// <summary>Reads the pictures' parameters from a sequence parameter set of HEVC (ITU-T H.265 7.3.2.2.1).</summary>
internal static class HevcSequence
{
    private const uint MostSets = 64;
    private const uint MostPictures = 16;

    /// <summary>Reads a set without prevention bytes; null if it is damaged.</summary>
    public static PictureStatement? Read(ReadOnlySpan<byte> unit)
    {
        var bits = new BitReader(unit);
        bits.Skip(16 + 4);
        uint layers = bits.Bits(3);
        bits.Flag();
        uint profile = ReadProfile(ref bits, layers);
        bits.Unsigned();
        uint chroma = bits.Unsigned();
        if (chroma == 3)
        {
            bits.Flag();
        }

        long width = bits.Unsigned(), height = bits.Unsigned();
        if (bits.Flag())
        {
            width -= (chroma is 1 or 2 ? 2 : 1) * ((long)bits.Unsigned() + bits.Unsigned());
            height -= (chroma == 1 ? 2 : 1) * ((long)bits.Unsigned() + bits.Unsigned());
        }

        if (bits.IsBeyondEnd || width is <= 0 or > 65535 || height is <= 0 or > 65535)
        {
            return null;
        }

        (Rational Aspect, ColorDescription Color) shown = TryGoToUsability(ref bits, layers) ? ReadUsability(ref bits) : default;
        shown = bits.IsBeyondEnd ? default : shown;
        return new PictureStatement(ProfileName(profile), (int)width, (int)height, shown.Aspect, shown.Color);
    }

    private static string ProfileName(uint profile) => profile switch
    {
        1 => "Main",
        2 => "Main 10",
        3 => "Main Still Picture",
        4 => "Rext",
        _ => $"profile {profile}",
    };

    /// <summary>Reads profile_tier_level (7.3.3).</summary>
    private static uint ReadProfile(ref BitReader bits, uint layers)
    {
        bits.Bits(3);
        uint profile = bits.Bits(5);
        bits.Skip(32 + 48 + 8);
        uint present = bits.Bits(layers == 0 ? 0 : 16);
        for (uint layer = 0; layer < layers; layer++)
        {
            bits.Skip((((present >> (int)(15 - (2 * layer))) & 1) != 0 ? 88 : 0) + (((present >> (int)(14 - (2 * layer))) & 1) != 0 ? 8 : 0));
        }

        return profile;
    }

    private static bool TryGoToUsability(ref BitReader bits, uint layers)
    {
        bits.Unsigned();
        bits.Unsigned();
        int orderBits = (int)bits.Unsigned() + 4;
        for (uint layer = bits.Flag() ? 0 : layers; layer <= layers; layer++)
        {
            bits.Unsigned();
            bits.Unsigned();
            bits.Unsigned();
        }

        for (int i = 0; i < 6; i++)
        {
            bits.Unsigned();
        }

        if (bits.Flag() && bits.Flag())
        {
            SkipScaling(ref bits);
        }

        bits.Bits(2);
        if (bits.Flag())
        {
            bits.Bits(8);
            bits.Unsigned();
            bits.Unsigned();
            bits.Flag();
        }

        if (!TrySkipReferences(ref bits))
        {
            return false;
        }

        for (uint left = bits.Flag() ? bits.Unsigned() : 0; left > 0 && !bits.IsBeyondEnd; left--)
        {
            bits.Bits(orderBits + 1);
        }

        bits.Bits(2);
        return bits.Flag() && !bits.IsBeyondEnd;
    }

    private static (Rational Aspect, ColorDescription Color) ReadUsability(ref BitReader bits)
    {
        Rational aspect = bits.Flag() ? PictureStatement.ReadAspect(ref bits) : default;
        if (bits.Flag())
        {
            bits.Flag();
        }

        return (aspect, bits.Flag() ? PictureStatement.ReadColor(ref bits) : default);
    }

    /// <summary>Skips scaling_list_data (7.3.4).</summary>
    private static void SkipScaling(ref BitReader bits)
    {
        for (int size = 0; size < 4; size++)
        {
            for (int matrix = 0; matrix < 6; matrix += size == 3 ? 3 : 1)
            {
                if (!bits.Flag())
                {
                    bits.Unsigned();
                    continue;
                }

                if (size > 1)
                {
                    bits.Signed();
                }

                for (int left = Math.Min(64, 1 << (4 + (size << 1))); left > 0; left--)
                {
                    bits.Signed();
                }
            }
        }
    }

    /// <summary>Skips the reference picture sets of the parameter set (7.3.7).</summary>
    private static bool TrySkipReferences(ref BitReader bits)
    {
        uint sets = bits.Unsigned(), pictures = 0;
        for (uint set = 0; set < sets; set++)
        {
            if (sets > MostSets || pictures > MostPictures || bits.IsBeyondEnd)
            {
                return false;
            }

            if (set > 0 && bits.Flag())
            {
                bits.Flag();
                bits.Unsigned();
                uint kept = 0;
                for (uint i = 0; i <= pictures; i++)
                {
                    kept += bits.Flag() || bits.Flag() ? 1u : 0;
                }

                pictures = kept;
                continue;
            }

            pictures = bits.Unsigned() + bits.Unsigned();
            for (uint left = Math.Min(pictures, MostPictures); left > 0; left--)
            {
                bits.Unsigned();
                bits.Flag();
            }
        }

        return true;
    }
}
