using HarfBuzzSharp;
using Microsoft.Extensions.Logging;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Runtime.Producers.Slates.Letters;

namespace RetroVue.Runtime.Producers.Slates;

/// <summary>Draws the text of one slate, only in luma.</summary>
/// <param name="fonts">The available fonts; the caller holds their gate.</param>
/// <param name="format">The picture's format.</param>
/// <param name="layout">The positions of the parts.</param>
/// <param name="picture">The picture.</param>
/// <param name="logger">Receives a warning about characters that no font has.</param>
internal sealed class SlateWords(LetterFonts fonts, VideoFormat format, SlateLayout layout, HeapMemory picture, ILogger logger)
{
    // The part of its size by which a letter may stand out of its line, as stacked marks do.
    private const float Overhang = 0.3f;

    /// <summary>True if a text has letters whose font may still come.</summary>
    public bool IsPartial { get; private set; }

    private bool IsSoft => format.Interlacing != Interlacing.Progressive;

    /// <summary>Draws a centred text, in as many lines as necessary, up to a limit.</summary>
    /// <param name="text">The text, which may have any content.</param>
    /// <param name="weight">The weight of the letters.</param>
    /// <param name="size">Their size, in lines.</param>
    /// <param name="baseline">The baseline of the first line.</param>
    /// <param name="most">The largest number of lines.</param>
    /// <param name="luma">The luma to draw with.</param>
    public void Draw(string text, LetterWeight weight, float size, int baseline, int most, byte luma)
    {
        if (size < 1 || CleanText.From(text) is not { Length: > 0 } clean)
        {
            return;
        }

        var paragraph = new Paragraph(fonts, clean, weight);
        IsPartial |= paragraph.Later.Count > 0;
        Tell(paragraph, clean);
        IReadOnlyList<ShapedLine> lines = paragraph.Break(layout.RoomFor(size), most);
        for (int i = 0; i < lines.Count; i++)
        {
            Draw(lines[i], size, baseline + (int)(i * size * SlateLayout.LineHeight), luma);
        }
    }

    /// <summary>Draws the digits of the clock.</summary>
    public SlateClock DrawClock() => new(fonts, layout.ClockSize, layout.Stretch, IsSoft);

    private void Draw(ShapedLine line, float size, int baseline, byte luma)
    {
        int top = Math.Max(layout.Top, baseline - (int)((SlateLayout.Ascent + Overhang) * size));
        int bottom = Math.Min(layout.Bottom, baseline + (int)((SlateLayout.LineHeight - SlateLayout.Ascent + Overhang) * size));
        if (bottom <= top)
        {
            return;
        }

        // The middle of the safe area is the middle of the picture; a letter may also stand out of its line to the left and to the right.
        float wide = line.Width * size * layout.Stretch;
        int width = Math.Min(layout.Width, (int)MathF.Ceiling(wide + (2 * Overhang * size * layout.Stretch)));
        int left = layout.Left + ((layout.Width - width) / 2);
        float begin = layout.Left + ((layout.Width - wide) / 2) - left;
        LetterMask mask = LetterMask.Draw(line, size, layout.Stretch, begin, baseline - top, width, bottom - top);
        int stride = picture.Stride(0);
        (IsSoft ? mask.Softened() : mask).LayOver(picture.WritablePlane(0)[((top * stride) + left)..], stride, luma);
    }

    private void Tell(Paragraph paragraph, string text)
    {
        if (paragraph.Later.Count > 0 && fonts.Busy.ToArray() is { Length: > 0 } folders && fonts.IsNews("letters that come later"))
        {
            RuntimeLog.LettersLater(logger, text, string.Join(", ", folders));
        }

        foreach ((Script script, int character) in paragraph.Missing)
        {
            bool isOfAll = script == Script.Common;
            string name = isOfAll ? "signs" : $"the script {script}";
            if (fonts.IsNews(name))
            {
                RuntimeLog.LettersMissing(logger, name, $"U+{character:X4}", text, isOfAll ? "fonts-noto-core, fonts-noto-color-emoji" : PackageOf(script));
            }
        }
    }

    private static string PackageOf(Script script) =>
        script == Script.Han || script == Script.Hiragana || script == Script.Katakana || script == Script.Hangul || script == Script.Bopomofo
            ? "fonts-noto-cjk"
            : "fonts-noto-core";
}
