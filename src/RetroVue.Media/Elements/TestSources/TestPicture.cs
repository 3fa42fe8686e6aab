using System.Globalization;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.TestSources;

/// <summary>Draws the pictures of a <see cref="TestVideoSource"/>: each depends only on its number.</summary>
/// <remarks>The constant parts are drawn once; each picture is a copy of them with the changing parts drawn over.</remarks>
internal sealed class TestPicture
{
    private const byte Ground = 40;
    private const byte Neutral = 128;
    private const int SweepSeconds = 2;

    private readonly VideoFormat _format;
    private readonly int _stride;
    private readonly (int Length, int Stride)[] _planes;
    private readonly HeapMemory _background;

    public TestPicture(VideoFormat format)
    {
        _format = format;
        // Lines begin at multiples of 64 bytes in both kinds of plane, for vector instructions.
        _stride = (format.Width + 127) & -128;
        int chroma = _stride / 2;
        _planes =
        [
            (_stride * format.Height, _stride),
            (chroma * format.Height / 2, chroma),
            (chroma * format.Height / 2, chroma),
        ];
        _background = HeapMemory.Create(_planes);
        DrawBackground();
    }

    public HeapMemory Draw(long number, ClockTime pts)
    {
        HeapMemory memory = HeapMemory.Create(_planes);
        for (int i = 0; i < _planes.Length; i++)
        {
            _background.Plane(i).CopyTo(memory.WritablePlane(i));
        }

        Span<byte> luma = memory.WritablePlane(0);
        DrawText(luma, number, pts);
        DrawSweep(luma, pts);
        if (IsFirstOfSecond(number))
        {
            (int left, int top, int width, int height) = FlashArea;
            Fill(luma, left, top, width, height, FrameBlocks.White);
        }

        FrameBlocks.Write(luma, _stride, _format.Width, _format.Height, number);
        return memory;
    }

    private (int Left, int Top, int Width, int Height) FlashArea =>
        (_format.Width * 83 / 100, _format.Height * 8 / 100, _format.Width * 12 / 100, _format.Height * 26 / 100);

    private (int Top, int Height) SweepArea => (_format.Height * 45 / 100, _format.Height * 35 / 100);

    private bool IsFirstOfSecond(long number) => number == 0 || SecondOf(number) != SecondOf(number - 1);

    private Int128 SecondOf(long number) => (Int128)number * _format.FrameRate.Denominator / _format.FrameRate.Numerator;

    private void DrawText(Span<byte> luma, long number, ClockTime pts)
    {
        int scale = Math.Max(1, _format.Height / 72);
        int left = _format.Width / 40;
        int room = FlashArea.Left - left;
        long milliseconds = pts.Nanoseconds / 1_000_000;
        long seconds = milliseconds / 1000;
        Span<char> text = stackalloc char[40];
        int length = Append(text, 0, seconds / 3600, "D2");
        length = Append(text, length, seconds / 60 % 60, "\\:00");
        length = Append(text, length, seconds % 60, "\\:00");
        length = Append(text, length, milliseconds % 1000, "\\.000");
        DigitFont.Draw(luma[((_format.Height * 8 / 100 * _stride) + left)..], _stride, room, scale, text[..length], FrameBlocks.White);
        length = Append(text, 0, number, "D8");
        DigitFont.Draw(luma[((_format.Height * 26 / 100 * _stride) + left)..], _stride, room, scale, text[..length], FrameBlocks.White);
    }

    private static int Append(Span<char> text, int length, long value, string format) =>
        value.TryFormat(text[length..], out int written, format, CultureInfo.InvariantCulture) ? length + written : length;

    /// <summary>Draws a bar that crosses the picture at a constant speed.</summary>
    private void DrawSweep(Span<byte> luma, ClockTime pts)
    {
        int width = Math.Max(2, _format.Width / 32);
        long period = SweepSeconds * 1_000_000_000L;
        int left = (int)(pts.Nanoseconds % period * (_format.Width - width) / period);
        (int top, int height) = SweepArea;
        Fill(luma, left, top, width, height, FrameBlocks.White);
    }

    private void DrawBackground()
    {
        Span<byte> luma = _background.WritablePlane(0);
        luma.Fill(Ground);
        _background.WritablePlane(1).Fill(Neutral);
        _background.WritablePlane(2).Fill(Neutral);
        (int rowTop, int rowBottom) = FrameBlocks.Rows(_format.Height);
        Fill(luma, 0, rowTop, _format.Width, rowBottom - rowTop, FrameBlocks.Black);
        (int left, int top, int width, int height) = FlashArea;
        Fill(luma, left, top, width, height, FrameBlocks.Black);
        DrawColorBars();
    }

    /// <summary>
    /// Draws yellow, cyan, green, magenta, red and blue at three quarters, BT.709 limited range (the levels of SMPTE RP 219).
    /// </summary>
    private void DrawColorBars()
    {
        ReadOnlySpan<(byte Y, byte U, byte V)> bars =
            [(168, 44, 136), (145, 147, 44), (133, 63, 52), (63, 193, 204), (51, 109, 212), (28, 212, 120)];
        (int top, int height) = SweepArea;
        for (int i = 0; i < bars.Length; i++)
        {
            int left = _format.Width * i / bars.Length & ~1;
            int right = _format.Width * (i + 1) / bars.Length & ~1;
            Fill(_background.WritablePlane(0), left, top, right - left, height, bars[i].Y);
            FillChroma(1, left, right, bars[i].U);
            FillChroma(2, left, right, bars[i].V);
        }

        void FillChroma(int plane, int left, int right, byte value)
        {
            Span<byte> chroma = _background.WritablePlane(plane);
            for (int y = top / 2; y < (top + height) / 2; y++)
            {
                chroma.Slice((y * _stride / 2) + (left / 2), (right - left) / 2).Fill(value);
            }
        }
    }

    private void Fill(Span<byte> luma, int left, int top, int width, int height, byte value)
    {
        for (int y = top; y < top + height; y++)
        {
            luma.Slice((y * _stride) + left, width).Fill(value);
        }
    }
}
