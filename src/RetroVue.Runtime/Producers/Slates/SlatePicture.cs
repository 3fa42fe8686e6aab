using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Runtime.Producers.Slates.Letters;

namespace RetroVue.Runtime.Producers.Slates;

/// <summary>Draws a slate: the name, a strip of colour bars, the clock and the next title, one below the other.</summary>
/// <remarks>All parts except the clock are drawn once; again, if letters come later. Levels are of limited range. For one thread at a time.</remarks>
internal sealed class SlatePicture
{
    // A dark blue, lighter at the top. Text is drawn only in luma, so it takes on a little of the blue.
    private const byte GroundTop = 44;
    private const byte GroundBottom = 22;
    private const byte GroundU = 140;
    private const byte GroundV = 122;

    private const byte NameLuma = 200;
    private const byte ClockLuma = 235;
    private const byte LabelLuma = 150;
    private const byte NextLuma = 180;

    private readonly VideoFormat _format;
    private readonly DateTimeZone _zone;
    private readonly SlateLayout _layout;
    private readonly (int Length, int Stride)[] _planes;
    private readonly HeapMemory _ground;
    private readonly SlateOptions _options;
    private readonly LetterFonts _fonts;
    private SlateClock? _clock;
    private bool _isPartial;
    private int _steps;

    /// <summary>Makes a picture, which holds memory until it is released.</summary>
    /// <param name="format">A format that can be drawn.</param>
    /// <param name="options">The slate's content.</param>
    /// <param name="fonts">The available fonts; null for those of this machine.</param>
    public SlatePicture(VideoFormat format, SlateOptions options, LetterFonts? fonts = null)
    {
        (_format, _options, _fonts) = (format, options, fonts ?? LetterFonts.OfSystem);
        _zone = options.Zone;
        _layout = new SlateLayout(format);
        _planes = PlanesOf(format);
        _ground = HeapMemory.Create(_planes);
        DrawStill();
    }

    /// <summary>True if pictures of a format can be drawn.</summary>
    public static bool CanDraw(VideoFormat format) =>
        format is { PixelFormat: PixelFormat.Yuv420P, Width: >= SlateLayout.MinWidth, Height: >= SlateLayout.MinHeight, FrameRate.IsPositive: true };

    /// <summary>Returns the picture at an instant; the caller owns a reference to its memory.</summary>
    public HeapMemory Draw(Instant at)
    {
        if (_isPartial && _fonts.Steps != _steps)
        {
            DrawStill();
        }

        HeapMemory memory = HeapMemory.Create(_planes);
        for (int i = 0; i < _planes.Length; i++)
        {
            _ground.Plane(i).CopyTo(memory.WritablePlane(i));
        }

        if (_clock is not null)
        {
            Span<char> text = stackalloc char[SlateText.ClockLength];
            SlateText.WriteClock(at, _zone, text);
            _clock.Draw(memory.WritablePlane(0), memory.Stride(0), _format.Width, _layout.ClockBaseline, text, ClockLuma);
        }

        return memory;
    }

    /// <summary>Releases the memory; to be called last.</summary>
    public void Release() => _ground.Release();

    private static (int Length, int Stride)[] PlanesOf(VideoFormat format)
    {
        // Lines begin at multiples of 64 bytes in both kinds of plane, for vector instructions.
        int stride = (format.Width + 127) & -128;
        int chroma = stride / 2;
        int chromaHeight = (format.Height + 1) / 2;
        return [(stride * format.Height, stride), (chroma * chromaHeight, chroma), (chroma * chromaHeight, chroma)];
    }

    /// <summary>Draws all that does not change.</summary>
    private void DrawStill()
    {
        DrawGround();
        DrawBars();
        DrawWords();
    }

    private void DrawGround()
    {
        Span<byte> luma = _ground.WritablePlane(0);
        int stride = _ground.Stride(0);
        for (int y = 0; y < _format.Height; y++)
        {
            luma.Slice(y * stride, stride).Fill((byte)(GroundTop + ((GroundBottom - GroundTop) * y / (_format.Height - 1))));
        }

        _ground.WritablePlane(1).Fill(GroundU);
        _ground.WritablePlane(2).Fill(GroundV);
    }

    /// <summary>Yellow, cyan, green, magenta, red and blue at three quarters, BT.709 limited range (the levels of SMPTE RP 219).</summary>
    private void DrawBars()
    {
        ReadOnlySpan<(byte Y, byte U, byte V)> bars =
            [(168, 44, 136), (145, 147, 44), (133, 63, 52), (63, 193, 204), (51, 109, 212), (28, 212, 120)];
        int first = (_format.Width - _layout.BarsWidth) / 2;
        for (int i = 0; i < bars.Length; i++)
        {
            // On even pixels, because chroma has its edges there too.
            int left = (first + (_layout.BarsWidth * i / bars.Length)) & ~1;
            int right = (first + (_layout.BarsWidth * (i + 1) / bars.Length)) & ~1;
            Fill(0, left, right, _layout.BarsTop, _layout.BarsHeight, bars[i].Y);
            Fill(1, left / 2, right / 2, _layout.BarsTop / 2, _layout.BarsHeight / 2, bars[i].U);
            Fill(2, left / 2, right / 2, _layout.BarsTop / 2, _layout.BarsHeight / 2, bars[i].V);
        }
    }

    private void Fill(int plane, int left, int right, int top, int height, byte value)
    {
        Span<byte> bytes = _ground.WritablePlane(plane);
        for (int y = top; y < top + height; y++)
        {
            bytes[((y * _ground.Stride(plane)) + left)..((y * _ground.Stride(plane)) + right)].Fill(value);
        }
    }

    /// <summary>Draws all text. If that fails, the slate has no text: a channel without text is better than none.</summary>
    private void DrawWords()
    {
        ILogger logger = _options.LoggerFactory?.CreateLogger<SlateSource>() ?? (ILogger)NullLogger<SlateSource>.Instance;
        lock (_fonts.Gate)
        {
            _steps = _fonts.Steps;
            _isPartial = false;
            if (_fonts.IsGivenUp)
            {
                return;
            }

            try
            {
                var words = new SlateWords(_fonts, _format, _layout, _ground, logger);
                _clock ??= words.DrawClock();
                words.Draw(_options.Name, LetterWeight.Bold, _layout.NameSize, _layout.NameBaseline, most: 1, NameLuma);
                if (_options.NextTitle is { } title)
                {
                    DrawNext(words, title, _options.NextStart);
                }

                _isPartial = words.IsPartial;
            }
            catch (Exception exception)
            {
                _fonts.IsGivenUp = exception is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException or BadImageFormatException;
                if (_fonts.IsNews(exception.GetType().Name))
                {
                    RuntimeLog.NoLetters(logger, Root(exception).Message, exception);
                }
            }
        }

        static Exception Root(Exception exception) => exception.InnerException is { } inner ? Root(inner) : exception;
    }

    private void DrawNext(SlateWords words, string title, Instant start)
    {
        if (_layout.HasLabel)
        {
            words.Draw(SlateText.NextAt(start, _zone), LetterWeight.Regular, _layout.LabelSize, _layout.LabelBaseline, most: 1, LabelLuma);
        }

        words.Draw(title, LetterWeight.Regular, _layout.TitleSize, _layout.TitleBaseline, _layout.TitleLines, NextLuma);
    }
}
