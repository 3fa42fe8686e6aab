namespace RetroVue.Media.Elements.TestSources;

/// <summary>
/// Draws a frame's number as a row of black and white blocks into its luma plane. The row survives lossy coding and scaling, and a program
/// can read it exactly.
/// </summary>
/// <remarks>
/// Thread-safe. The size of the row is a fraction of the picture's, so it is found again after scaling. From left to right: a white and a
/// black block, 32 bits of the number with the highest first (white is one), 8 bits of CRC over them, a black and a white block. The four
/// blocks at the ends give the levels of black and white; a picture without them, or with a wrong CRC, is not read. At 640x360 a block is
/// 13 pixels wide and 28 high. CRC-8 with the polynomial x^8 + x^2 + x + 1 as in ITU-T I.432.1, starting from all ones.
/// </remarks>
public static class FrameBlocks
{
    /// <summary>The luma of a black block.</summary>
    public const byte Black = 16;

    /// <summary>The luma of a white block.</summary>
    public const byte White = 235;

    private const int Blocks = 44;
    private const int PayloadBits = 40;

    // A picture is not read if bad coding has brought black and white closer together than this.
    private const int LeastContrast = 64;

    /// <summary>Draws a number.</summary>
    /// <param name="luma">The plane to draw into, 8 bits per pixel.</param>
    /// <param name="stride">Bytes from one line to the next.</param>
    /// <param name="width">The picture's width in pixels; at least 88, two per block.</param>
    /// <param name="height">The picture's height in pixels; at least 26, for two lines of blocks.</param>
    /// <param name="number">The number, 0 to 2^32 − 1; for a larger one the low 32 bits are drawn.</param>
    public static void Write(Span<byte> luma, int stride, int width, int height, long number)
    {
        ulong bits = Encode(unchecked((uint)number));
        (int top, int bottom) = Rows(height);
        Span<byte> first = luma.Slice(top * stride, width);
        for (int i = 0; i < Blocks; i++)
        {
            bool isWhite = (bits >> (Blocks - 1 - i) & 1) != 0;
            first[Edge(i, width)..Edge(i + 1, width)].Fill(isWhite ? White : Black);
        }

        Span<byte> row = first[Edge(0, width)..Edge(Blocks, width)];
        for (int y = top + 1; y < bottom; y++)
        {
            row.CopyTo(luma[((y * stride) + Edge(0, width))..]);
        }
    }

    /// <summary>Reads the number; false if there is none, or it is damaged.</summary>
    /// <param name="luma">The luma plane, 8 bits per pixel.</param>
    /// <param name="stride">Bytes from one line to the next.</param>
    /// <param name="width">The picture's width in pixels.</param>
    /// <param name="height">The picture's height in pixels.</param>
    /// <param name="number">The number, 0 to 2^32 − 1.</param>
    public static bool TryRead(ReadOnlySpan<byte> luma, int stride, int width, int height, out long number)
    {
        number = 0;
        if (width < 2 * Blocks || height < 26)
        {
            return false;
        }

        Span<int> levels = stackalloc int[Blocks];
        for (int i = 0; i < Blocks; i++)
        {
            levels[i] = Level(luma, stride, width, height, i);
        }

        int white = (levels[0] + levels[^1]) / 2;
        int black = (levels[1] + levels[^2]) / 2;
        if (white - black < LeastContrast)
        {
            return false;
        }

        ulong bits = 0;
        foreach (int level in levels)
        {
            bits = bits << 1 | (level > (white + black) / 2 ? 1UL : 0);
        }

        uint candidate = (uint)(bits >> 10);
        number = candidate;
        return bits == Encode(candidate);
    }

    /// <summary>Returns the picture lines of the row; the last one is exclusive.</summary>
    internal static (int Top, int Bottom) Rows(int height) => (height * 88 / 100, height * 96 / 100);

    private static ulong Encode(uint number)
    {
        ulong payload = (ulong)number << 8 | Crc(number);
        return 0b10UL << (PayloadBits + 2) | payload << 2 | 0b01;
    }

    private static byte Crc(uint number)
    {
        uint crc = 0xFF;
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            crc ^= number >> shift & 0xFF;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x80) != 0 ? crc << 1 ^ 0x107 : crc << 1;
            }
        }

        return (byte)crc;
    }

    /// <summary>Returns the left edge of a block: a fortieth of the width is left free at either side.</summary>
    private static int Edge(int block, int width)
    {
        int margin = width / 40;
        return margin + (block * (width - (2 * margin)) / Blocks);
    }

    /// <summary>Returns the mean of a block's middle; coding and scaling change the edges.</summary>
    private static int Level(ReadOnlySpan<byte> luma, int stride, int width, int height, int block)
    {
        (int left, int right) = Middle(Edge(block, width), Edge(block + 1, width));
        (int first, int last) = Rows(height);
        (int top, int bottom) = Middle(first, last);
        int sum = 0;
        for (int y = top; y < bottom; y++)
        {
            foreach (byte value in luma.Slice((y * stride) + left, right - left))
            {
                sum += value;
            }
        }

        return sum / ((bottom - top) * (right - left));
    }

    private static (int Start, int End) Middle(int start, int end)
    {
        int quarter = (end - start) / 4;
        return (start + quarter, end - quarter);
    }
}
