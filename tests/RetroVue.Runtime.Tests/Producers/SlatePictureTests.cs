using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Time;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Producers.Slates;
using static RetroVue.Runtime.Tests.Producers.SlateBench;

namespace RetroVue.Runtime.Tests.Producers;

public sealed class SlatePictureTests
{
    [TestCase(64, 48, 1, 1)]
    [TestCase(65, 49, 1, 1)]
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
    [TestCase(3840, 2160, 1, 1)]
    [TestCase(1440, 1080, 4, 3)]
    [TestCase(720, 576, 16, 15)]
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
                // The luma of the background is at most 44.
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
        // The drawing may be a little off the centre: 12 pixels at a width of 640, and two more for odd widths.
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
    public void Clock_fills_as_much_of_the_picture_at_any_aspect_ratio([Values("16:9", "4:3", "square")] string shape)
    {
        (int width, Rational aspect) = shape switch { "16:9" => (720, new Rational(64, 45)), "4:3" => (720, new Rational(16, 15)), _ => (1024, new Rational(1, 1)) };
        VideoFormat format = Video(width, 576, new Rational(25, 1)) with { SampleAspectRatio = aspect };
        using var drawn = new Drawn(format, "", null);
        int left = width, right = 0, top = 576, bottom = 0;
        for (int y = 0; y < 576; y++)
        {
            for (int x = 0; x < width; x++)
            {
                if (drawn.Luma(x, y) == 235)
                {
                    (left, right) = (Math.Min(left, x), Math.Max(right, x + 1));
                    (top, bottom) = (Math.Min(top, y), Math.Max(bottom, y + 1));
                }
            }
        }

        // Eight characters, two of which are colons, are 5.3 times as wide as they are high. Their edges are not of full brightness.
        double ratio = (right - left) * (double)aspect.Numerator / aspect.Denominator / (bottom - top);
        Assert.That(ratio, Is.EqualTo(5.3).Within(0.2));
    }

    [Test]
    public void Interlaced_pictures_have_no_lines_that_stand_in_one_field_alone()
    {
        VideoFormat format = Video(720, 576, new Rational(25, 1)) with { Interlacing = Interlacing.TopFieldFirst };
        using var sharp = new Drawn(Video(720, 576, new Rational(25, 1)), "EEEEE", null);
        using var soft = new Drawn(format, "EEEEE", null);
        Assert.That(Steepest(soft), Is.InRange(20, 0.8 * Steepest(sharp)), "an edge is spread over both fields");
        var layout = new SlateLayout(format);
        Assert.That((layout.BarsTop % 4, layout.BarsHeight % 4), Is.EqualTo((0, 0)), "so that both fields have as many lines of colour");

        static int Steepest(Drawn drawn) =>
            Enumerable.Range(100, 80).SelectMany(y => Enumerable.Range(36, 640).Select(x => Math.Abs(drawn.Luma(x, y) - drawn.Luma(x, y + 1)))).Max();
    }

    private sealed class Drawn : IDisposable
    {
        private readonly SlatePicture _picture;

        public Drawn(VideoFormat format, string name, string? title)
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
