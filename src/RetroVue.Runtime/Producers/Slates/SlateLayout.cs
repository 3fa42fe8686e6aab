using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Producers.Slates;

/// <summary>The positions of a slate's parts in a picture, in pixels: the clock in the middle, texts above and below it.</summary>
/// <remarks>
/// All parts are within 90 % of the width and of the height, the graphics safe area of EBU R 95. The width of letters follows the pixels'
/// aspect ratio. The text below the clock gets as many lines as there is room for; in a very small picture it gets none.
/// </remarks>
internal sealed class SlateLayout
{
    /// <summary>The smallest width in which the clock is legible.</summary>
    public const int MinWidth = 64;

    /// <summary>The smallest height in which the clock is legible.</summary>
    public const int MinHeight = 48;

    /// <summary>The height of a line, in em.</summary>
    public const float LineHeight = 1.36f;

    /// <summary>The distance from a line's top to its baseline, in em.</summary>
    public const float Ascent = 1.07f;

    // The height of digits and capitals, and the width of a clock's text, in em.
    private const float CapitalHeight = 0.714f;
    private const float ClockWidth = 4f;

    // Smaller letters are not legible.
    private const float LeastSize = 9;
    private const int MostTitleLines = 2;

    /// <summary>Makes the layout for a format of at least the smallest size.</summary>
    public SlateLayout(VideoFormat format)
    {
        Rational aspect = format.SampleAspectRatio.IsPositive ? format.SampleAspectRatio : new Rational(1, 1);
        Stretch = (float)((double)aspect.Denominator / aspect.Numerator);
        Left = (format.Width + 19) / 20;
        Top = (format.Height + 19) / 20;
        Width = format.Width - (2 * Left);
        Bottom = format.Height - Top;

        // The height of the largest 16:9 picture inside this one, so that text fits the width of a portrait picture.
        float height = Math.Min(format.Height, format.Width / Stretch * 9 / 16);
        float gap = height / 12;
        ClockSize = Math.Min(Math.Max(0.22f * height, LeastSize), Width / Stretch / ClockWidth);
        ClockBaseline = (int)Math.Round((format.Height + (CapitalHeight * ClockSize)) / 2);
        int clockTop = (int)(ClockBaseline - (CapitalHeight * ClockSize));

        // In interlaced pictures, two lines of each field share one line of chroma.
        int unit = format.Interlacing == Interlacing.Progressive ? 2 : 4;
        BarsHeight = Math.Max(unit, (int)(height / 90) & -unit);
        BarsTop = (int)(clockTop - gap - BarsHeight) & -unit;
        BarsWidth = (int)(Math.Min(0.88f * height * Stretch, Width));

        float room = BarsTop - (gap / 2) - Top;
        NameSize = Math.Min(Math.Max(0.105f * height, LeastSize), room / LineHeight);
        NameBaseline = (int)(BarsTop - (gap / 2) - ((LineHeight - Ascent) * NameSize));

        float top = ClockBaseline + gap;
        TitleSize = Math.Max(0.073f * height, LeastSize);
        LabelSize = Math.Max(0.05f * height, LeastSize);
        float label = (LabelSize * LineHeight) + (height / 70);
        int lines = LinesBelow(top + label);
        HasLabel = lines > 0;
        TitleLines = Math.Min(HasLabel ? lines : LinesBelow(top), MostTitleLines);
        LabelBaseline = (int)(top + (Ascent * LabelSize));
        TitleBaseline = (int)(top + (HasLabel ? label : 0) + (Ascent * TitleSize));
    }

    /// <summary>The horizontal scale of letters; 1 for square pixels.</summary>
    public float Stretch { get; }

    /// <summary>The first column of the safe area.</summary>
    public int Left { get; }

    /// <summary>The first line of the safe area.</summary>
    public int Top { get; }

    /// <summary>The columns of the safe area.</summary>
    public int Width { get; }

    /// <summary>The line below the safe area.</summary>
    public int Bottom { get; }

    /// <summary>The size of the name's letters, in lines.</summary>
    public float NameSize { get; }

    /// <summary>The baseline of the name.</summary>
    public int NameBaseline { get; }

    /// <summary>The first line of the colour bars; even.</summary>
    public int BarsTop { get; }

    /// <summary>The height of the colour bars; even.</summary>
    public int BarsHeight { get; }

    /// <summary>The width of all colour bars together.</summary>
    public int BarsWidth { get; }

    /// <summary>The size of the clock's digits, in lines.</summary>
    public float ClockSize { get; }

    /// <summary>The baseline of the clock.</summary>
    public int ClockBaseline { get; }

    /// <summary>True if there is room for the label, which says when the next title begins.</summary>
    public bool HasLabel { get; }

    /// <summary>The size of the label's letters, in lines.</summary>
    public float LabelSize { get; }

    /// <summary>The baseline of the label.</summary>
    public int LabelBaseline { get; }

    /// <summary>The size of the next title's letters, in lines.</summary>
    public float TitleSize { get; }

    /// <summary>The baseline of the first line of the next title.</summary>
    public int TitleBaseline { get; }

    /// <summary>The largest number of lines of the next title.</summary>
    public int TitleLines { get; }

    /// <summary>Returns the width of the safe area in em, for letters of a size.</summary>
    public float RoomFor(float size) => Width / (size * Stretch);

    private int LinesBelow(float top) => Math.Max(0, (int)((Bottom - top) / (TitleSize * LineHeight)));
}
