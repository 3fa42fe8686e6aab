namespace RetroVue.Media.Elements.TestSources;

/// <summary>Digits, colon and point as 5x7 bitmaps, drawn at whole-number scales.</summary>
internal static class DigitFont
{
    /// <summary>Font pixels from one character to the next.</summary>
    public const int Advance = 6;

    /// <summary>Font pixels of a character's height.</summary>
    public const int Height = 7;

    private const int Width = 5;
    private const string Characters = "0123456789:.";

    // Seven rows of five bits per character; the highest bit is leftmost.
    private static ReadOnlySpan<byte> Rows =>
    [
        0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110,
        0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110,
        0b01110, 0b10001, 0b00001, 0b00010, 0b00100, 0b01000, 0b11111,
        0b11111, 0b00010, 0b00100, 0b00010, 0b00001, 0b10001, 0b01110,
        0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010,
        0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110,
        0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110,
        0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000,
        0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110,
        0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100,
        0b00000, 0b00100, 0b00100, 0b00000, 0b00100, 0b00100, 0b00000,
        0b00000, 0b00000, 0b00000, 0b00000, 0b00000, 0b00110, 0b00110,
    ];

    /// <summary>Draws a text; a character that the font does not have stays blank.</summary>
    /// <param name="luma">A plane of 8 bits per pixel, from the text's top left corner on.</param>
    /// <param name="stride">Bytes from one line to the next.</param>
    /// <param name="room">Pixels to the right; characters that do not fit completely are omitted.</param>
    /// <param name="scale">Pixels per font pixel.</param>
    /// <param name="text">The text.</param>
    /// <param name="value">The luma to draw with.</param>
    public static void Draw(Span<byte> luma, int stride, int room, int scale, ReadOnlySpan<char> text, byte value)
    {
        text = text[..Math.Min(text.Length, room / (Advance * scale))];
        for (int row = 0; row < Height; row++)
        {
            Span<byte> line = luma[(row * scale * stride)..];
            for (int i = 0; i < text.Length; i++)
            {
                int glyph = Characters.IndexOf(text[i], StringComparison.Ordinal);
                int bits = glyph < 0 ? 0 : Rows[(glyph * Height) + row];
                for (int column = 0; column < Width; column++)
                {
                    if ((bits >> (Width - 1 - column) & 1) != 0)
                    {
                        line.Slice(((i * Advance) + column) * scale, scale).Fill(value);
                    }
                }
            }

            // The lines of one row of font pixels are equal.
            Span<byte> drawn = line[..(text.Length * Advance * scale)];
            for (int y = 1; y < scale; y++)
            {
                drawn.CopyTo(line[(y * stride)..]);
            }
        }
    }
}
