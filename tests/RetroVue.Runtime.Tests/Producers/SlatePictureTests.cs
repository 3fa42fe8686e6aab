using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Time;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Producers.Slates;
using static RetroVue.Runtime.Tests.Producers.SlateBench;

namespace RetroVue.Runtime.Tests.Producers;

public sealed class SlatePictureTests
{
    [TestCase(128, 72, 1, 1)]
    [TestCase(160, 90, 1, 1)]
    [TestCase(161, 91, 1, 1)]
    [TestCase(333, 217, 1, 1)]
    [TestCase(640, 360, 1, 1)]
    [TestCase(720, 576, 64, 45)]
    [TestCase(720, 480, 8, 9)]
    [TestCase(144, 256, 1, 1)]
    [TestCase(1080, 1920, 1, 1)]
    [TestCase(1919, 1079, 1, 1)]
    [TestCase(1920, 1080, 1, 1)]
    [TestCase(2000, 72, 1, 1)]
    [TestCase(128, 72, 1, 8)]
    [TestCase(128, 72, 8, 1)]
    [TestCase(640, 360, 0, 1)]
    public void Everything_keeps_within_the_safe_area(int width, int height, int aspectNumerator, int aspectDenominator)
    {
        VideoFormat format = Video(width, height, new Rational(25, 1)) with { SampleAspectRatio = new Rational(aspectNumerator, aspectDenominator) };
        using var drawn = new Drawn(format, new string('W', 200), string.Concat(Enumerable.Repeat("Wgj ", 60)));
        int marks = 0, left = width, right = 0, top = height, bottom = 0;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                // The ground is never brighter than 44.
                if (drawn.Luma(x, y) > 44)
                {
                    marks++;
                    (left, right) = (Math.Min(left, x), Math.Max(right, x));
                    (top, bottom) = (Math.Min(top, y), Math.Max(bottom, y));
                }
            }
        }

        Assert.That(marks, Is.GreaterThan(width * height / 100));
        Assert.That(left, Is.GreaterThanOrEqualTo(width * 0.05));
        Assert.That(right, Is.LessThan(width * 0.95));
        Assert.That(top, Is.GreaterThanOrEqualTo(height * 0.05));
        Assert.That(bottom, Is.LessThan(height * 0.95));
        // Of one pixel more to one side at most, for odd widths.
        Assert.That(left, Is.EqualTo(width - 1 - right).Within(12 * width / 640.0 + 2));
    }

    [TestCase(161, 91)]
    [TestCase(1919, 1079)]
    public void Chroma_of_an_odd_size_covers_the_last_column_and_line(int width, int height)
    {
        using var drawn = new Drawn(Video(width, height, new Rational(25, 1)), "Name", "Title");
        for (int plane = 1; plane < 3; plane++)
        {
            int stride = drawn.Memory.Stride(plane);
            Assert.That(stride, Is.GreaterThanOrEqualTo((width + 1) / 2));
            Assert.That(drawn.Memory.Plane(plane).Length, Is.EqualTo(stride * ((height + 1) / 2)));
            Assert.That(drawn.Memory.Plane(plane)[^1], Is.EqualTo(plane == 1 ? 140 : 122));
        }
    }

    [Test]
    public void Every_printable_character_has_a_glyph_of_its_own()
    {
        var glyphs = new HashSet<string>(StringComparer.Ordinal);
        for (char character = ' '; character <= '~'; character++)
        {
            // Zero and O are one shape: a zero with a stroke would make the clock restless.
            Assert.That(glyphs.Add(Glyph(character)), Is.EqualTo(character != 'O'), $"'{character}'");
        }

        Assert.That(glyphs.Add(Glyph('…')), Is.True);
        Assert.That(Glyph('ß'), Is.EqualTo(Glyph('?')));
    }

    [Test]
    public void Font_draws_at_whole_number_scales()
    {
        // An exclamation mark: the middle column of five, five pixels, a blank one, one more.
        byte[] luma = new byte[20 * 30];
        SlateFont.Draw(luma, 20, (2, 3), "!", 200);
        for (int y = 0; y < 30; y++)
        {
            for (int x = 0; x < 20; x++)
            {
                bool isSet = x / 2 == 2 && (y / 3) is < 5 or 6;
                Assert.That(luma[(y * 20) + x], Is.EqualTo(isSet ? 200 : 0), $"{x},{y}");
            }
        }
    }

    private static string Glyph(char character)
    {
        byte[] luma = new byte[5 * SlateFont.Height];
        SlateFont.Draw(luma, 5, (1, 1), [character], 1);
        return string.Concat(luma);
    }

    private sealed class Drawn : IDisposable
    {
        private readonly SlatePicture _picture;

        public Drawn(VideoFormat format, string name, string title)
        {
            SlateOptions options = new()
            {
                Video = format,
                Epoch = Epoch,
                Zone = NodaTime.DateTimeZone.Utc,
                From = ClockTime.Zero,
                Until = ClockTime.Zero,
                Name = name,
                NextTitle = title,
                NextStart = Epoch,
            };
            _picture = new SlatePicture(format, options);
            Memory = _picture.Draw(Epoch);
        }

        public MediaMemory Memory { get; }

        public byte Luma(int x, int y) => Memory.Plane(0)[(y * Memory.Stride(0)) + x];

        public void Dispose()
        {
            Memory.Release();
            _picture.Release();
        }
    }
}
