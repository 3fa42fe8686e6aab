using SkiaSharp;

namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>A drawing of letters: the coverage of each pixel, 0 to 255.</summary>
internal sealed class LetterMask
{
    private readonly byte[] _cover;

    private LetterMask(byte[] cover, int width, int height) => (_cover, Width, Height) = (cover, width, height);

    /// <summary>The width in pixels.</summary>
    public int Width { get; }

    /// <summary>The height in pixels.</summary>
    public int Height { get; }

    /// <summary>Draws a line into a mask; parts outside the mask are cut off.</summary>
    /// <param name="line">The line.</param>
    /// <param name="size">The size of the letters, in lines of the picture.</param>
    /// <param name="stretch">The horizontal scale of letters; 1 for square pixels.</param>
    /// <param name="left">The column of the mask at which the line begins.</param>
    /// <param name="baseline">The row of the mask at which the baseline is.</param>
    /// <param name="width">The width of the mask in pixels.</param>
    /// <param name="height">The height of the mask in pixels.</param>
    public static LetterMask Draw(ShapedLine line, float size, float stretch, float left, float baseline, int width, int height)
    {
        // Grey on black: colours of a font are drawn with their brightness.
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        using var paint = new SKPaint { Color = SKColors.White, IsAntialias = true };
        canvas.Clear(SKColors.Black);
        canvas.Translate(left, baseline);
        canvas.Scale(stretch, 1);
        float x = 0;
        foreach (ShapedRun run in line.Runs)
        {
            using var font = new SKFont(run.Font.Typeface, size) { Subpixel = true, Edging = SKFontEdging.Antialias, Hinting = SKFontHinting.None };
            var points = new SKPoint[run.Glyphs.Length];
            for (int i = 0; i < points.Length; i++)
            {
                points[i] = new SKPoint((x + run.Offsets[i].X) * size, run.Offsets[i].Y * size);
                x += run.Advances[i];
            }

            using var builder = new SKTextBlobBuilder();
            builder.AddPositionedRun(run.Glyphs, font, points);
            using SKTextBlob? blob = builder.Build();
            if (blob is not null)
            {
                canvas.DrawText(blob, 0, 0, paint);
            }
        }

        canvas.Flush();
        byte[] cover = new byte[width * height];
        ReadOnlySpan<byte> pixels = bitmap.GetPixelSpan();
        for (int y = 0; y < height; y++)
        {
            pixels.Slice(y * bitmap.RowBytes, width).CopyTo(cover.AsSpan(y * width));
        }

        return new LetterMask(cover, width, height);
    }

    /// <summary>
    /// Returns a mask in which each row is spread over the rows beside it, so that parts of one row do not flicker in interlaced pictures.
    /// </summary>
    public LetterMask Softened()
    {
        byte[] soft = new byte[_cover.Length];
        for (int i = 0; i < soft.Length; i++)
        {
            int above = i >= Width ? _cover[i - Width] : 0, below = i + Width < soft.Length ? _cover[i + Width] : 0;
            soft[i] = (byte)((above + (2 * _cover[i]) + below + 2) / 4);
        }

        return new LetterMask(soft, Width, Height);
    }

    /// <summary>Lays the letters over a plane. Allocates nothing.</summary>
    /// <param name="luma">A plane of 8 bits per pixel, from the place of the mask's top left corner on; it has room for the mask.</param>
    /// <param name="stride">Bytes from one line to the next.</param>
    /// <param name="value">The luma of the letters.</param>
    public void LayOver(Span<byte> luma, int stride, byte value)
    {
        for (int y = 0; y < Height; y++)
        {
            ReadOnlySpan<byte> cover = _cover.AsSpan(y * Width, Width);
            Span<byte> row = luma.Slice(y * stride, Width);
            for (int x = cover.IndexOfAnyExcept((byte)0); x >= 0 && x < cover.Length; x++)
            {
                row[x] = (byte)((((255 - cover[x]) * row[x]) + (cover[x] * value) + 127) / 255);
            }
        }
    }
}
