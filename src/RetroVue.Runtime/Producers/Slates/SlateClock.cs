using RetroVue.Runtime.Producers.Slates.Letters;

namespace RetroVue.Runtime.Producers.Slates;

/// <summary>
/// The digits of a clock, drawn once. Each digit has a cell of the same width, so the clock does not move while it runs. Drawing allocates
/// nothing.
/// </summary>
internal sealed class SlateClock
{
    private const string Characters = "0123456789:";

    // Above and below the baseline, in em: digits have no descenders, and in no font is a colon lower than they are.
    private const float Above = 0.8f;
    private const float Below = 0.1f;

    private readonly LetterMask[] _masks;
    private readonly int _above;

    /// <param name="fonts">The available fonts; the caller holds their gate.</param>
    /// <param name="size">The size of the digits, in lines.</param>
    /// <param name="stretch">The horizontal scale of letters; 1 for square pixels.</param>
    /// <param name="isSoft">True for interlaced pictures.</param>
    public SlateClock(LetterFonts fonts, float size, float stretch, bool isSoft)
    {
        var text = new Paragraph(fonts, Characters, LetterWeight.Bold);
        ShapedLine[] lines = [.. Characters.Select((_, i) => text.Shape(i, i + 1, isShortened: false))];
        float digit = lines[..10].Max(line => line.Width);
        _above = (int)MathF.Ceiling(Above * size);
        int height = _above + (int)MathF.Ceiling(Below * size);
        _masks = [.. lines.Select((line, i) => DrawCell(line, i < 10 ? digit : line.Width))];

        LetterMask DrawCell(ShapedLine line, float wide)
        {
            int width = Math.Max(1, (int)MathF.Round(wide * size * stretch));
            float left = (width - (line.Width * size * stretch)) / 2;
            LetterMask mask = LetterMask.Draw(line, size, stretch, left, _above, width, height);
            return isSoft ? mask.Softened() : mask;
        }
    }

    /// <summary>Draws a text in the middle of a picture.</summary>
    /// <param name="luma">The picture's luma.</param>
    /// <param name="stride">Bytes from one line to the next.</param>
    /// <param name="pictureWidth">The picture's width.</param>
    /// <param name="baseline">The line of the picture on which the text stands.</param>
    /// <param name="text">Digits and colons.</param>
    /// <param name="value">The luma to draw with.</param>
    public void Draw(Span<byte> luma, int stride, int pictureWidth, int baseline, ReadOnlySpan<char> text, byte value)
    {
        int width = 0;
        foreach (char character in text)
        {
            width += MaskOf(character).Width;
        }

        int left = (pictureWidth - width) / 2;
        foreach (char character in text)
        {
            LetterMask mask = MaskOf(character);
            mask.LayOver(luma[(((baseline - _above) * stride) + left)..], stride, value);
            left += mask.Width;
        }
    }

    private LetterMask MaskOf(char character) => _masks[character == ':' ? 10 : character - '0'];
}
