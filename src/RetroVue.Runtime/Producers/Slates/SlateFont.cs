namespace RetroVue.Runtime.Producers.Slates;

/// <summary>Letters as bitmaps of 5x8, drawn at whole-number scales: ASCII and the ellipsis.</summary>
internal static class SlateFont
{
    /// <summary>Font pixels of a character's height: seven above the line it stands on, one below.</summary>
    public const int Height = 8;

    /// <summary>Font pixels of the height of digits and capitals.</summary>
    public const int CapitalHeight = 7;

    private const int Advance = 6;
    private const int Width = 5;
    private const int GlyphsPerStrip = 16;

    // Six strips of sixteen characters, from the space to the tilde, and the ellipsis in the place of ASCII's last.
    private const string Drawing =
        """
        ..... ..#.. .#.#. .#.#. ..#.. ##..# .##.. ..#.. ...#. .#... ..... ..... ..... ..... ..... ....#
        ..... ..#.. .#.#. .#.#. .#### ##..# #..#. ..#.. ..#.. ..#.. ..#.. ..#.. ..... ..... ..... ....#
        ..... ..#.. .#.#. ##### #.#.. ...#. #.#.. ..#.. .#... ...#. #.#.# ..#.. ..... ..... ..... ...#.
        ..... ..#.. ..... .#.#. .###. ..#.. .#... ..... .#... ...#. .###. ##### ..... .###. ..... ..#..
        ..... ..#.. ..... ##### ..#.# .#... #.#.# ..... .#... ...#. #.#.# ..#.. ..... ..... ..... .#...
        ..... ..... ..... .#.#. ####. #..## #..#. ..... ..#.. ..#.. ..#.. ..#.. ..#.. ..... .##.. #....
        ..... ..#.. ..... .#.#. ..#.. #..## .##.# ..... ...#. .#... ..... ..... ..#.. ..... .##.. #....
        ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .#... ..... ..... .....

        .###. ..#.. .###. .###. ...#. ##### .###. ##### .###. .###. ..... ..... ...#. ..... .#... .###.
        #...# .##.. #...# #...# ..##. #.... #.... ....# #...# #...# ..#.. ..#.. ..#.. ..... ..#.. #...#
        #...# ..#.. ....# ....# .#.#. ####. #.... ...#. #...# #...# ..#.. ..#.. .#... ##### ...#. ....#
        #...# ..#.. ...#. ..##. #..#. ....# ####. ..#.. .###. .#### ..... ..... #.... ..... ....# ...#.
        #...# ..#.. ..#.. ....# ##### ....# #...# .#... #...# ....# ..#.. ..... .#... ##### ...#. ..#..
        #...# ..#.. .#... #...# ...#. #...# #...# .#... #...# ....# ..#.. ..#.. ..#.. ..... ..#.. .....
        .###. .###. ##### .###. ...#. .###. .###. .#... .###. .###. ..... ..#.. ...#. ..... .#... ..#..
        ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .#... ..... ..... ..... .....

        .###. .###. ####. .###. ####. ##### ##### .###. #...# .###. ..### #...# #.... #...# #...# .###.
        #...# #...# #...# #...# #...# #.... #.... #...# #...# ..#.. ...#. #..#. #.... ##.## #...# #...#
        #.### #...# #...# #.... #...# #.... #.... #.... #...# ..#.. ...#. #.#.. #.... #.#.# ##..# #...#
        #.#.# ##### ####. #.... #...# ####. ####. #.### ##### ..#.. ...#. ##... #.... #.#.# #.#.# #...#
        #.### #...# #...# #.... #...# #.... #.... #...# #...# ..#.. ...#. #.#.. #.... #...# #..## #...#
        #.... #...# #...# #...# #...# #.... #.... #...# #...# ..#.. #..#. #..#. #.... #...# #...# #...#
        .###. #...# ####. .###. ####. ##### #.... .#### #...# .###. .##.. #...# ##### #...# #...# .###.
        ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .....

        ####. .###. ####. .#### ##### #...# #...# #...# #...# #...# ##### .###. #.... .###. ..#.. .....
        #...# #...# #...# #.... ..#.. #...# #...# #...# #...# #...# ....# .#... #.... ...#. .#.#. .....
        #...# #...# #...# #.... ..#.. #...# #...# #...# .#.#. .#.#. ...#. .#... .#... ...#. #...# .....
        ####. #...# ####. .###. ..#.. #...# #...# #.#.# ..#.. ..#.. ..#.. .#... ..#.. ...#. ..... .....
        #.... #.#.# #.#.. ....# ..#.. #...# #...# #.#.# .#.#. ..#.. .#... .#... ...#. ...#. ..... .....
        #.... #..#. #..#. ....# ..#.. #...# .#.#. #.#.# #...# ..#.. #.... .#... ....# ...#. ..... .....
        #.... .##.# #...# ####. ..#.. .###. ..#.. .#.#. #...# ..#.. ##### .###. ....# .###. ..... .....
        ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... #####

        .#... ..... #.... ..... ....# ..... ..##. ..... #.... ..#.. ...#. #.... .##.. ..... ..... .....
        ..#.. ..... #.... ..... ....# ..... .#... ..... #.... ..... ..... #.... ..#.. ..... ..... .....
        ..... .###. ####. .###. .#### .###. .#... .#### #.##. .##.. ..##. #..#. ..#.. ##.#. #.##. .###.
        ..... ....# #...# #.... #...# #...# ####. #...# ##..# ..#.. ...#. #.#.. ..#.. #.#.# ##..# #...#
        ..... .#### #...# #.... #...# ##### .#... #...# #...# ..#.. ...#. ##... ..#.. #.#.# #...# #...#
        ..... #...# #...# #.... #...# #.... .#... .#### #...# ..#.. ...#. #.#.. ..#.. #.#.# #...# #...#
        ..... .#### ####. .###. .#### .###. .#... ....# #...# .###. ...#. #..#. .###. #.#.# #...# .###.
        ..... ..... ..... ..... ..... ..... ..... .###. ..... ..... .##.. ..... ..... ..... ..... .....

        ..... ..... ..... ..... .#... ..... ..... ..... ..... ..... ..... ...#. ..#.. .#... ..... .....
        ..... ..... ..... ..... .#... ..... ..... ..... ..... ..... ..... ..#.. ..#.. ..#.. ..... .....
        ####. .#### #.##. .#### ####. #...# #...# #...# #...# #...# ##### ..#.. ..#.. ..#.. .#... .....
        #...# #...# ##..# #.... .#... #...# #...# #...# .#.#. #...# ...#. .#... ..#.. ...#. #.#.# .....
        #...# #...# #.... .###. .#... #...# #...# #.#.# ..#.. #...# ..#.. ..#.. ..#.. ..#.. ...#. .....
        ####. .#### #.... ....# .#... #..## .#.#. #.#.# .#.#. .#### .#... ..#.. ..#.. ..#.. ..... .....
        #.... ....# #.... ####. ..##. .##.# ..#.. .#.#. #...# ....# ##### ...#. ..#.. .#... ..... #.#.#
        #.... ....# ..... ..... ..... ..... ..... ..... ..... .###. ..... ..... ..... ..... ..... .....
        """;

    private static readonly byte[] s_rows = ReadDrawing();

    /// <summary>Font pixels from the left edge of a text's first character to the right edge of its last.</summary>
    public static int WidthOf(int characters) => Math.Max(0, (characters * Advance) - (Advance - Width));

    /// <summary>How many characters fit a width.</summary>
    /// <param name="pixels">The width in pixels.</param>
    /// <param name="scale">Pixels a font pixel.</param>
    public static int CharactersIn(int pixels, int scale) => ((pixels / scale) + (Advance - Width)) / Advance;

    /// <summary>Draws a text; characters that the font has not become question marks.</summary>
    /// <param name="luma">A plane of 8 bits a pixel, beginning at the text's top left corner.</param>
    /// <param name="stride">Bytes from one line to the next.</param>
    /// <param name="scale">Pixels a font pixel, across and down.</param>
    /// <param name="text">The text; it fits the plane.</param>
    /// <param name="value">The luma to draw with.</param>
    public static void Draw(Span<byte> luma, int stride, (int X, int Y) scale, ReadOnlySpan<char> text, byte value)
    {
        for (int i = 0; i < text.Length; i++)
        {
            ReadOnlySpan<byte> glyph = s_rows.AsSpan(GlyphOf(text[i]) * Height, Height);
            int left = i * Advance * scale.X;
            for (int y = 0; y < Height * scale.Y; y++)
            {
                int bits = glyph[y / scale.Y];
                for (int column = 0; bits >> column != 0; column++)
                {
                    if ((bits >> column & 1) != 0)
                    {
                        luma.Slice((y * stride) + left + (column * scale.X), scale.X).Fill(value);
                    }
                }
            }
        }
    }

    private static int GlyphOf(char character) => character switch
    {
        >= ' ' and <= '~' => character - ' ',
        '…' => '~' + 1 - ' ',
        _ => '?' - ' ',
    };

    /// <summary>A byte a row, eight a glyph; the lowest bit is the leftmost pixel.</summary>
    private static byte[] ReadDrawing()
    {
        string[] lines = Drawing.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        byte[] rows = new byte[lines.Length * GlyphsPerStrip];
        for (int i = 0; i < rows.Length; i++)
        {
            (int glyph, int row) = Math.DivRem(i, Height);
            string line = lines[(glyph / GlyphsPerStrip * Height) + row];
            for (int column = 0; column < Width; column++)
            {
                bool isSet = line[(glyph % GlyphsPerStrip * Advance) + column] == '#';
                rows[i] |= (byte)(isSet ? 1 << column : 0);
            }
        }

        return rows;
    }
}
