using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Coded;

/// <summary>
/// Reads the pictures' parameters from the sequence header of MPEG-1 or MPEG-2 video and its extension (ISO/IEC 13818-2 6.2.2.1 and
/// 6.2.2.3).
/// </summary>
internal static class MpegVideoHeaders
{
    private const int HeaderLength = 12;
    private const int ExtensionLength = 10;

    /// <summary>Table 6-4.</summary>
    private static readonly Rational[] s_rates =
        [default, new(24000, 1001), new(24, 1), new(25, 1), new(30000, 1001), new(30, 1), new(50, 1), new(60000, 1001), new(60, 1)];

    /// <summary>Returns the header and the extension of a packet; empty if it has none.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> packet)
    {
        ReadOnlySpan<byte> header = [0, 0, 1, 0xB3], extension = [0, 0, 1, 0xB5], picture = [0, 0, 1, 0];
        int at = packet.IndexOf(header);
        if (at < 0 || at + HeaderLength > packet.Length)
        {
            return default;
        }

        ReadOnlySpan<byte> found = packet[at..];
        int end = found.IndexOf(picture);
        found = end < 0 ? found : found[..end];
        int next = found.IndexOf(extension);
        // The extension type 1 is the sequence extension.
        return next > 0 && next + ExtensionLength <= found.Length && found[next + 4] >> 4 == 1
            ? found[..(next + ExtensionLength)]
            : found[..Math.Min(found.Length, HeaderLength)];
    }

    /// <summary>Reads the parameters of a packet or of a format's parameter sets; null if it has none.</summary>
    public static PictureStatement? Read(ReadOnlySpan<byte> packet)
    {
        ReadOnlySpan<byte> found = Find(packet);
        if (found.Length < HeaderLength)
        {
            return null;
        }

        int width = (found[4] << 4) | (found[5] >> 4), height = ((found[5] & 0xF) << 8) | found[6];
        int aspect = found[7] >> 4, rate = found[7] & 0xF;
        bool isFirstStandard = found.Length < HeaderLength + ExtensionLength;
        ReadOnlySpan<byte> extension = isFirstStandard ? default : found[^(ExtensionLength - 4)..];
        string? profile = null;
        Rational frames = rate < s_rates.Length ? s_rates[rate] : default;
        if (!isFirstStandard)
        {
            profile = (extension[0] & 7) switch
            {
                5 => "Simple",
                4 => "Main",
                3 => "SNR Scalable",
                2 => "Spatially Scalable",
                1 => "High",
                _ => "4:2:2",
            };
            width |= (((extension[1] & 1) << 1) | (extension[2] >> 7)) << 12;
            height |= ((extension[2] >> 5) & 3) << 12;
        }

        Rational shown = aspect switch { 2 => new Rational(4, 3), 3 => new Rational(16, 9), 4 => new Rational(221, 100), _ => default };
        return width == 0 || height == 0
            ? null
            : new PictureStatement(profile, width, height, isFirstStandard ? default : shown.IsPositive ? Pixel(shown, width, height) : new(1, 1), default, frames);
    }

    /// <summary>Returns the shape of a pixel from the shape of the whole picture.</summary>
    private static Rational Pixel(Rational shown, int width, int height) =>
        new Rational(shown.Numerator * height, shown.Denominator * width).Reduce();
}
