using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Producers.Slates;

/// <summary>Where the parts of a slate stand in a picture, in pixels: the clock in the middle, whatever is said above and below it.</summary>
/// <remarks>
/// Everything keeps within 90 % of the width and of the height, the graphics safe area of EBU R 95. Letters are as wide as the pixels'
/// aspect ratio asks for, to the nearest whole pixel.
/// </remarks>
internal sealed class SlateLayout
{
    /// <summary>The narrowest picture that everything fits.</summary>
    public const int MinWidth = 128;

    /// <summary>The lowest picture that everything fits.</summary>
    public const int MinHeight = 72;

    // A line has room for as many characters even where pixels are so narrow that letters would have to be wider.
    private const int LeastColumns = 16;

    private readonly Rational _pixelAspect;
    private readonly int _width;

    /// <summary>The layout for a format of at least the smallest size.</summary>
    public SlateLayout(VideoFormat format)
    {
        _width = format.Width;
        _pixelAspect = format.SampleAspectRatio.IsPositive ? format.SampleAspectRatio : new Rational(1, 1);

        // The height of the largest 16:9 picture within this one, so that an upright one gets letters that fit its width.
        int height = (int)Math.Min(format.Height, (long)format.Width * _pixelAspect.Numerator * 9 / (_pixelAspect.Denominator * 16L));
        int gap = height / 12;
        NameScale = Scale(height, 90, LeastColumns);
        ClockScale = Scale(height, 44, SlateText.ClockLength);
        NextScale = Scale(height, 135, LeastColumns);

        ClockTop = (format.Height - (SlateFont.CapitalHeight * ClockScale.Y)) / 2;
        BarsHeight = Math.Max(2, height / 90 & ~1);
        BarsTop = (ClockTop - gap - BarsHeight) & ~1;
        BarsWidth = SlateFont.WidthOf(SlateText.ClockLength) * ClockScale.X;
        NameTop = BarsTop - (gap / 2) - (SlateFont.Height * NameScale.Y);
        NextTop = ClockTop + (SlateFont.CapitalHeight * ClockScale.Y) + gap;
        NextAdvance = (SlateFont.Height + 2) * NextScale.Y;
    }

    /// <summary>Pixels a font pixel of the name, across and down.</summary>
    public (int X, int Y) NameScale { get; }

    /// <summary>The first line of the name.</summary>
    public int NameTop { get; }

    /// <summary>The first line of the colour bars; even.</summary>
    public int BarsTop { get; }

    /// <summary>The height of the colour bars; even.</summary>
    public int BarsHeight { get; }

    /// <summary>The width of all colour bars together.</summary>
    public int BarsWidth { get; }

    /// <summary>Pixels a font pixel of the clock, across and down.</summary>
    public (int X, int Y) ClockScale { get; }

    /// <summary>The first line of the clock.</summary>
    public int ClockTop { get; }

    /// <summary>Pixels a font pixel of what is next, across and down.</summary>
    public (int X, int Y) NextScale { get; }

    /// <summary>The first line of what is next.</summary>
    public int NextTop { get; }

    /// <summary>From one line of text of what is next to the other.</summary>
    public int NextAdvance { get; }

    private int Room => _width - (2 * ((_width + 19) / 20));

    /// <summary>How many characters fit a line.</summary>
    public int Columns((int X, int Y) scale) => SlateFont.CharactersIn(Room, scale.X);

    /// <summary>The left edge of a text in the middle.</summary>
    public int LeftOf(int characters, (int X, int Y) scale) => (_width - (SlateFont.WidthOf(characters) * scale.X)) / 2;

    /// <summary>A scale at which font pixels take a share of a height and a count of characters fits a line.</summary>
    private (int X, int Y) Scale(int height, int share, int columns)
    {
        int down = Math.Max(1, (height + (share / 2)) / share);
        long across = (((long)down * _pixelAspect.Denominator) + (_pixelAspect.Numerator / 2)) / _pixelAspect.Numerator;
        return ((int)Math.Clamp(across, 1, Math.Max(1, Room / SlateFont.WidthOf(columns))), down);
    }
}
